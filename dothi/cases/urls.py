from django.urls import path

from dothi.cases.views.citizen import papers as own_papers
from dothi.cases.views.desk import figures, papers, signing

app_name = "cases"
urlpatterns = [
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
