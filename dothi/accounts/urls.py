"""Sign-in, the own account, and the desk's staff pages."""

from django.urls import URLPattern, URLResolver, include, path

from dothi.accounts.views import machines
from dothi.accounts.views import staff as views

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/start/<str:token>/", views.start, name="start"),
    path("accounts/level/<str:level>/", views.level, name="level"),
    path("desk/staff/", views.staff, name="staff"),
    path("desk/staff/add/", views.add, name="add"),
    path("desk/staff/import/", views.import_file, name="import"),
    path("desk/staff/lend/", views.lend_own, name="lend_own"),
    path("desk/staff/post/<int:pk>/lend/", views.lend, name="lend"),
    path("desk/staff/post/<int:pk>/end/", views.end_post, name="end_post"),
    path("desk/staff/lent/<int:pk>/end/", views.take_back, name="take_back"),
    path("desk/staff/<str:username>/", views.person, name="person"),
    path("desk/staff/<str:username>/appoint/", views.appoint, name="appoint"),
    path("desk/staff/<str:username>/link/", views.make_link, name="link"),
    path("desk/staff/<str:username>/reset/", views.reset, name="reset"),
    path("desk/staff/<str:username>/leave/", views.leave, name="leave"),
    path("desk/machines/", machines.machines, name="machines"),
    path("desk/machines/add/", machines.add, name="machine_add"),
    path("desk/machines/<slug:code>/renew/", machines.renew, name="machine_renew"),
    path("desk/machines/<slug:code>/end/", machines.end, name="machine_end"),
    path("desk/machines/<slug:code>/again/", machines.send_again, name="machine_again"),
]

# The library's pages keep their own names, without our namespace.
library: list[URLPattern | URLResolver] = [
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
# Addresses that are registered with the identity provider: one, whatever the language.
callbacks: list[URLPattern | URLResolver] = [
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
]
