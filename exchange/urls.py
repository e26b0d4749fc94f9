from django.urls import path

from exchange.views import exports, import_check, import_steps, imports, learned

imports_urls = [
    path("ledgers/in/", imports.ImportList.as_view(), name="import-list"),
    path("ledgers/in/learned/", learned.LearnedList.as_view(), name="import-learned"),
    path("ledgers/in/learned/again/", learned.RememberAgain.as_view(), name="import-remember"),
    path(
        "ledgers/in/learned/columns/<slug:public_id>/forget/",
        learned.ForgetColumn.as_view(),
        name="import-forget-column",
    ),
    path("ledgers/in/learned/words/<slug:public_id>/forget/", learned.ForgetWord.as_view(), name="import-forget-word"),
    path("ledgers/in/<slug:public_id>/", import_steps.ImportDetail.as_view(), name="import-detail"),
    path("ledgers/in/<slug:public_id>/columns/", import_steps.ImportColumns.as_view(), name="import-columns"),
    path("ledgers/in/<slug:public_id>/check/", import_check.ImportCheck.as_view(), name="import-check"),
    path("ledgers/in/<slug:public_id>/marks/", import_check.ImportMarks.as_view(), name="import-marks"),
    path("ledgers/in/<slug:public_id>/errors/", import_check.ImportErrors.as_view(), name="import-errors"),
    path(
        "ledgers/in/<slug:public_id>/rows/<int:sheet>/<int:number>/",
        import_check.ImportRowPage.as_view(),
        name="import-row",
    ),
    path("ledgers/in/<slug:public_id>/apply/", import_steps.ImportApply.as_view(), name="import-apply"),
    path("ledgers/in/<slug:public_id>/result/", import_steps.ImportResult.as_view(), name="import-result"),
    path("ledgers/in/<slug:public_id>/undo/", import_steps.ImportUndo.as_view(), name="import-undo"),
    path("ledgers/in/<slug:public_id>/cancel/", import_steps.ImportCancel.as_view(), name="import-cancel"),
]

exports_urls = [
    path("ledgers/out/", exports.export_list, name="export-list"),
    path("ledgers/out/new/", exports.export_new, name="export-new"),
    path("ledgers/out/templates/<slug:kind>/", exports.export_template, name="export-template"),
    path("ledgers/out/<slug:public_id>/", exports.export_detail, name="export-detail"),
    path("ledgers/in/<slug:public_id>/own-workbook/", exports.own_workbook, name="own-workbook"),
]
urlpatterns = [*imports_urls, *exports_urls]
