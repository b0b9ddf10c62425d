from django.urls import path

from dothi.cases.views.citizen import fees as own_fees
from dothi.cases.views.citizen import papers as own_papers
from dothi.cases.views.desk import fees, figures, papers, payments, signing

app_name = "cases"
urlpatterns = [
    path("cases/t/<str:text>/pay", own_fees.pay, name="pay"),
    path("cases/t/<str:text>/receipts/<int:pk>", own_fees.receipt, name="own_receipt"),
    path("cases/pay/back/<str:reference>", own_fees.back, name="pay_back"),
    path("cases/pay/heard/<slug:provider>", own_fees.heard, name="pay_heard"),
    path("desk/cases/cash/", fees.cash, name="cash"),
    path("desk/cases/cash/export.csv", fees.cash_file, name="cash_csv"),
    path("desk/cases/payments/", payments.payments, name="payments"),
    path("desk/cases/payments/<int:pk>/", payments.statement, name="statement"),
    path("desk/cases/payments/lines/<int:pk>", payments.line, name="statement_line"),
    path("desk/cases/payments/online/<int:pk>", payments.online, name="online_payment"),
    path("desk/cases/<str:code>/fees/", fees.fees, name="fees"),
    path("desk/cases/<str:code>/fees/collect", fees.collect, name="collect"),
    path("desk/cases/<str:code>/fees/copies", fees.copies, name="copies"),
    path("desk/cases/<str:code>/fees/<int:pk>/print", fees.take_receipt, name="take_receipt"),
    path("desk/cases/<str:code>/fees/<int:pk>/void", fees.void, name="void_receipt"),
    path("desk/cases/<str:code>/fees/<int:pk>/refund", fees.refund, name="refund_receipt"),
    path("cases/t/<str:text>/papers/<str:number>", own_papers.paper, name="own_paper"),
    path("desk/cases/sign/", signing.sign, name="sign"),
    path("desk/cases/papers/print", papers.take_several, name="take_papers"),
    path("desk/cases/<str:code>/papers/", papers.papers, name="papers"),
    path("desk/cases/<str:code>/papers/take", papers.take, name="take_paper"),
    path("desk/cases/figures/", figures.figures, name="figures"),
    path("desk/cases/figures/list", figures.behind, name="behind"),
    path("desk/cases/figures/export.csv", figures.export, {"form": "csv"}, name="figures_csv"),
    path("desk/cases/figures/export.xlsx", figures.export, {"form": "xlsx"}, name="figures_xlsx"),
    path("desk/cases/register/", figures.register, name="register"),
    path("desk/cases/register/take", figures.take_register, name="take_register"),
]
