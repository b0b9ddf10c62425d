from django.urls import path, re_path

from dothi.portal.choices import Category
from dothi.portal.views import desk, editing, feeds, public

app_name = "portal"
CATEGORY = "|".join(Category.values)
urlpatterns = [
    path("news/", public.articles, name="list"),
    re_path(rf"^news/(?P<category>{CATEGORY})/$", public.articles, name="category"),
    path("news/feed.rss", feeds.Rss(), name="rss"),
    path("news/feed.atom", feeds.Atom(), name="atom"),
    path("news/<slug:code>/", public.article, name="short"),
    path("news/<slug:code>/card.jpg", public.card, name="card"),
    path("news/<slug:code>/<slug:slug>", public.article, name="article"),
    path("desk/news/", desk.articles, name="desk"),
    path("desk/news/new", editing.begin, name="begin"),
    path("desk/news/<slug:code>/", desk.article, name="article_desk"),
    path("desk/news/<slug:code>/do", desk.act, name="act"),
    path("desk/news/<slug:code>/preview", desk.preview, name="preview"),
    path("desk/news/<slug:code>/edit", editing.edit, name="edit"),
    path("desk/news/<slug:code>/pictures", editing.add_picture, name="add_picture"),
    path("desk/news/<slug:code>/revisions/<int:number>", desk.revision, name="revision"),
    path("desk/news/<slug:code>/revisions/<int:number>/restore", desk.restore, name="restore"),
]
