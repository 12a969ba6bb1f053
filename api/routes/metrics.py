"""Metrics as Prometheus reads them."""

from fastapi import APIRouter, Request, Response

from api.watching import MEDIA_TYPE, Watch

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Requests, latencies, tokens, cost, the queue and the index, as Prometheus reads them."""
    watch: Watch = request.app.state.watch
    return Response(watch.text(), media_type=MEDIA_TYPE)
