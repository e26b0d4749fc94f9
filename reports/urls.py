from django.urls import path

from reports.views import overview, papers, persons, tables, texts

urlpatterns = [
    path("overview/", overview.Overview.as_view(), name="overview"),
    path("overview/leaders/", overview.Leaders.as_view(), name="overview-leaders"),
    path("papers/", papers.PaperList.as_view(), name="paper-list"),
    path("papers/tables/<slug:table>/", tables.TablePage.as_view(), name="paper-table"),
    path("papers/tables/<slug:table>/<slug:line>/<slug:column>/", tables.NamesPage.as_view(), name="paper-names"),
    path("papers/texts/<slug:kind>/", texts.TextEdit.as_view(), name="paper-text"),
    path("papers/people/", persons.PeoplePaper.as_view(), name="paper-people"),
    path("members/<slug:public_id>/paper/", persons.PersonPaper.as_view(), name="paper-person"),
    path("papers/<slug:public_id>/", papers.PaperDetail.as_view(), name="paper-detail"),
]
