"""Every page, for the tests that go through all of them.

`{article}` stands for the code of the newest article: the sample house makes new ones each time.
"""

PUBLIC = (
    "/",
    "/search?q=den",
    "/feedback/",
    "/feedback/list",
    "/feedback/track",
    "/feedback/follow",
    "/feedback/recover",
    "/feedback/?category=lighting",
    "/feedback/t/there-is-none",
    "/feedback/partner/there-is-none",
    "/feedback/follow/confirm/there-is-none",
    "/my/",
    "/feedback/protected/",
    "/feedback/protected/open",
    "/news/",
    "/news/notices/",
    "/news/?q=cong",
    "/news/{article}/",
    "/operations/wall",
    "/help",
    "/web/parts",
    "/accessibility",
    "/privacy",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/there-is-nothing-here",
)
DESK = (
    "/desk/",
    "/desk/feedback/",
    "/desk/feedback/new",
    "/desk/feedback/aside/",
    "/desk/feedback/load",
    "/desk/feedback/1022/",
    "/desk/brief",
    "/desk/first-day",
    "/accounts/2fa/",
    "/accounts/sessions/",
)
STEWARD = (
    "/desk/feedback/catalogue/",
    "/desk/feedback/catalogue/routes/?category=trees&unit=27238&channel=web",
    "/desk/feedback/catalogue/limits/",
    "/desk/feedback/catalogue/limits/add",
    "/desk/feedback/catalogue/figures/add",
    "/desk/feedback/catalogue/partners/",
    "/desk/feedback/catalogue/templates/",
    "/desk/feedback/catalogue/questions/",
    "/desk/feedback/catalogue/questions/add",
    "/desk/feedback/catalogue/programs/",
    "/desk/data/in/",
)
HOLDER = ("/desk/feedback/sealed/", "/desk/feedback/sealed/seats")
STAFF = (
    "/desk/staff/",
    "/desk/house/",
    "/desk/house/events",
    "/desk/house/notices",
    "/desk/house/trail",
    "/desk/house/looks",
    "/desk/house/calendar?moved=1",
    "/desk/house/units",
)
NEWS = (
    "/desk/news/",
    "/desk/news/?state=planned&q=nothing",
    "/desk/news/new",
    "/desk/news/{article}/",
    "/desk/news/{article}/edit",
    "/desk/news/{article}/preview",
    "/desk/news/{article}/revisions/2",
)
