from django.urls import path

from dothi.cases.views.desk import figures

app_name = "cases"
urlpatterns = [
    path("desk/cases/figures/", figures.figures, name="figures"),
    path("desk/cases/figures/list", figures.behind, name="behind"),
    path("desk/cases/figures/export.csv", figures.export, {"form": "csv"}, name="figures_csv"),
    path("desk/cases/figures/export.xlsx", figures.export, {"form": "xlsx"}, name="figures_xlsx"),
    path("desk/cases/register/", figures.register, name="register"),
    path("desk/cases/register/take", figures.take_register, name="take_register"),
]
