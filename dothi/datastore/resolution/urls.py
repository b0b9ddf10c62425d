from django.urls import path

from dothi.datastore.resolution.views import golden, golden_works, projects, review

app_name = "resolution"
HERE = "desk/data/resolution"
ENTITY = f"{HERE}/<slug:code>/entities/<slug:slug>"
urlpatterns = [
    path(f"{HERE}/", projects.projects, name="projects"),
    path(f"{HERE}/ask", projects.ask, name="ask"),
    path(f"{HERE}/<slug:code>/", projects.project, name="project"),
    path(f"{HERE}/<slug:code>/progress", projects.progress, name="progress"),
    *(
        path(f"{HERE}/<slug:code>/{deed}", projects.act, {"deed": deed}, name=deed)
        for deed in projects.DEEDS
    ),
    path(f"{HERE}/<slug:code>/golden/", golden.golden, name="golden"),
    path(f"{HERE}/<slug:code>/golden/progress", golden_works.progress, name="golden_progress"),
    path(f"{HERE}/<slug:code>/golden/ask", golden.ask, name="golden_ask"),
    *(
        path(f"{HERE}/<slug:code>/golden/{deed}", golden.act, {"deed": deed}, name=f"golden_{deed}")
        for deed in golden.DEEDS
    ),
    path(f"{HERE}/<slug:code>/review", review.review, name="review"),
    path(f"{HERE}/<slug:code>/pairs/<int:pk>", review.pair, name="pair"),
    path(f"{HERE}/<slug:code>/pairs/<int:pk>/decide", review.decide, name="decide"),
    path(f"{HERE}/<slug:code>/changes/<int:pk>/undo", review.undo, name="undo"),
    path(f"{ENTITY}/", review.entity, name="entity"),
    path(f"{ENTITY}/merge", review.reshape, {"deed": "merge"}, name="merge"),
    path(f"{ENTITY}/split", review.reshape, {"deed": "split"}, name="split"),
]
