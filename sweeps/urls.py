from django.urls import path

from sweeps.api import items
from sweeps.api import returns as api
from sweeps.views import (
    backcheck,
    balance,
    canvass,
    cards,
    keying,
    lists,
    monitor,
    openings,
    paper,
    printing,
    progress,
    returns,
    review,
    sweeps,
    table,
)  # fmt: skip

urlpatterns = [
    path("sweeps/", sweeps.SweepIndex.as_view(), name="sweep-list"),
    path("sweeps/new/", sweeps.SweepNew.as_view(), name="sweep-new"),
    path("sweeps/<slug:public_id>/", progress.SweepDetail.as_view(), name="sweep-detail"),
    path("sweeps/<slug:public_id>/people/", lists.SweepPeople.as_view(), name="sweep-people"),
    path("sweeps/<slug:public_id>/returns/", lists.SweepReturns.as_view(), name="sweep-returns"),
    path("sweeps/<slug:public_id>/remind/", review.SweepRemind.as_view(), name="sweep-remind"),
    path("sweeps/<slug:public_id>/openings/", openings.Openings.as_view(), name="sweep-openings"),
    path("sweeps/<slug:public_id>/openings/read/", openings.OpeningsRead.as_view(), name="sweep-openings-read"),
    path("sweeps/<slug:public_id>/again/", sweeps.SweepAgain.as_view(), name="sweep-again"),
    path("sweeps/<slug:public_id>/close/", review.SweepClose.as_view(), name="sweep-close"),
    path("returns/<slug:public_id>/review/", review.ReturnReview.as_view(), name="return-review"),
    path("returns/<slug:public_id>/accept/", review.ReturnAccept.as_view(), name="return-accept"),
    path("returns/<slug:public_id>/send-back/", review.ReturnSendBack.as_view(), name="return-send-back"),
    path("returns/<slug:public_id>/balance/", balance.BalancePage.as_view(), name="return-balance"),
    path("returns/<slug:public_id>/names/<slug:term>/", balance.BalanceNames.as_view(), name="return-names"),
    path("returns/<slug:public_id>/opening/", balance.OpeningSet.as_view(), name="return-opening"),
    path("returns/<slug:public_id>/more/", balance.ExplainMore.as_view(), name="return-explain-more"),
    path("returns/<slug:public_id>/fewer/", balance.ExplainFewer.as_view(), name="return-explain-fewer"),
    path("returns/<slug:public_id>/gone/", balance.ExplainGone.as_view(), name="return-explain-gone"),
    path("returns/<slug:public_id>/withdraw/", balance.ExplainNot.as_view(), name="return-explain-not"),
    path("returns/<slug:public_id>/errata/", balance.ErratumNew.as_view(), name="return-erratum"),
    path("sweeps/<slug:sweep_id>/people/<slug:member_id>/", cards.CardPage.as_view(), name="sweep-card"),
    path("sweeps/<slug:sweep_id>/people/<slug:member_id>/call/", cards.Call.as_view(), name="sweep-call"),
    path("sweeps/<slug:sweep_id>/people/<slug:member_id>/undo/", cards.Undo.as_view(), name="sweep-undo"),
    path("returns/find/", paper.ReturnFind.as_view(), name="return-find"),
    path("returns/<slug:public_id>/", returns.ReturnDetail.as_view(), name="return-detail"),
    path("returns/<slug:public_id>/queue/", cards.Queue.as_view(), name="return-queue"),
    path("returns/<slug:public_id>/table/", table.Table.as_view(), name="return-table"),
    path("returns/<slug:public_id>/canvass/", canvass.Canvass.as_view(), name="return-canvass"),
    path(
        "returns/<slug:public_id>/canvass/<slug:member_id>/take-back/",
        canvass.CanvassBack.as_view(),
        name="return-canvass-back",
    ),
    path("returns/<slug:public_id>/fresh/", cards.Fresh.as_view(), name="return-fresh"),
    path("returns/<slug:public_id>/submit/", returns.Submit.as_view(), name="return-submit"),
    path("returns/<slug:public_id>/nil/", returns.Nil.as_view(), name="return-nil"),
    path("returns/<slug:public_id>/take-back/", returns.TakeBack.as_view(), name="return-take-back"),
    path("monitor/", monitor.Monitor.as_view(), name="monitor"),
    path("monitor/run/", monitor.run, name="monitor-run"),
    path("monitor/<slug:subject>/", monitor.MonitorTodos.as_view(), name="monitor-todos"),
    path("monitor/<slug:cause>/<slug:public_id>/", monitor.MonitorList.as_view(), name="monitor-list"),
    path("sweeps/<slug:public_id>/paper/", paper.SweepPaper.as_view(), name="sweep-paper"),
    path("sweeps/<slug:public_id>/backchecks/", backcheck.SweepBackChecks.as_view(), name="sweep-backchecks"),
    path("returns/<slug:public_id>/paper/", paper.ReturnPaper.as_view(), name="return-paper"),
    path("returns/<slug:public_id>/key/", keying.ReturnKey.as_view(), name="return-key"),
    path("returns/<slug:public_id>/print/", printing.ReturnPrint.as_view(), name="return-print"),
    path("returns/<slug:public_id>/print/new/", printing.ReturnPrintNew.as_view(), name="return-print-new"),
    path("returns/<slug:public_id>/print/<int:number>/", printing.ReturnPrinted.as_view(), name="return-printed"),
    path(
        "returns/<slug:public_id>/print/<int:number>/scan/", printing.ReturnScanFile.as_view(), name="return-scan-file"
    ),
    path("returns/<slug:public_id>/scan/", printing.ReturnScan.as_view(), name="return-scan"),
    path("returns/<slug:public_id>/backcheck/", backcheck.ReturnBackCheck.as_view(), name="return-backcheck"),
    path("returns/<slug:public_id>/backcheck/draw/", backcheck.BackCheckDraw.as_view(), name="return-backcheck-draw"),
    path(
        "returns/<slug:public_id>/backcheck/sheet/", backcheck.BackCheckSheet.as_view(), name="return-backcheck-sheet"
    ),
    path(
        "returns/<slug:public_id>/backcheck/results/",
        backcheck.BackCheckResults.as_view(),
        name="return-backcheck-results",
    ),
    path(
        "returns/<slug:public_id>/backcheck/share/", backcheck.BackCheckShare.as_view(), name="return-backcheck-share"
    ),
    path(
        "returns/<slug:public_id>/backcheck/reply/", backcheck.BackCheckReply.as_view(), name="return-backcheck-reply"
    ),
    path("api/v1/sweeps/", api.SweepList.as_view(), name="api-sweeps"),
    path("api/v1/sweeps/<slug:public_id>/", api.SweepDetail.as_view(), name="api-sweep"),
    path("api/v1/sweeps/<slug:public_id>/people/<slug:member_id>/", items.ItemDetail.as_view(), name="api-item"),
    path(
        "api/v1/sweeps/<slug:public_id>/people/<slug:member_id>/answer/",
        items.ItemAnswer.as_view(),
        name="api-item-answer",
    ),
    path(
        "api/v1/sweeps/<slug:public_id>/people/<slug:member_id>/not-reached/",
        items.ItemNotReached.as_view(),
        name="api-item-not-reached",
    ),
    path(
        "api/v1/sweeps/<slug:public_id>/people/<slug:member_id>/undo/", items.ItemUndo.as_view(), name="api-item-undo"
    ),
    path("api/v1/returns/", api.ReturnList.as_view(), name="api-returns"),
    path("api/v1/returns/<slug:public_id>/", api.ReturnDetail.as_view(), name="api-return"),
    path("api/v1/returns/<slug:public_id>/people/", items.ReturnPeople.as_view(), name="api-return-people"),
    path("api/v1/returns/<slug:public_id>/canvass/", api.ReturnCanvass.as_view(), name="api-return-canvass"),
    path("api/v1/returns/<slug:public_id>/submit/", api.ReturnSubmit.as_view(), name="api-return-submit"),
    path("api/v1/returns/<slug:public_id>/take-back/", api.ReturnTakeBack.as_view(), name="api-return-take-back"),
]
