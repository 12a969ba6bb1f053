"""What routes are given: the application and the filters of the query string."""

from typing import Annotated

from fastapi import Depends, Query, Request

from api.wire import FiltersIn
from assistant.bootstrap import App
from assistant.domain.filters import Filters


def _app_of(request: Request) -> App:
    app: App = request.app.state.voc
    return app


def _filters_of(given: Annotated[FiltersIn, Query()]) -> Filters:
    return given.to_filters()


AppDep = Annotated[App, Depends(_app_of)]
"""The application the service was made with."""
FiltersDep = Annotated[Filters, Depends(_filters_of)]
"""The filters of a GET, each parameter repeatable."""
Limit = Annotated[int, Query(ge=1, le=500, description="at most so many items")]
Offset = Annotated[int, Query(ge=0, description="items to skip")]
