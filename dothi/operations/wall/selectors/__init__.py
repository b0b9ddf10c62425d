"""Questions of operations: the figures (`board`), the map and the news (`picture`), the brief."""

from dothi.operations.wall.selectors.arranged import MAIN as MAIN
from dothi.operations.wall.selectors.arranged import Place as Place
from dothi.operations.wall.selectors.arranged import arranged as arranged
from dothi.operations.wall.selectors.arranged import revision_of as revision_of
from dothi.operations.wall.selectors.board import Board as Board
from dothi.operations.wall.selectors.board import Tile as Tile
from dothi.operations.wall.selectors.board import Ward as Ward
from dothi.operations.wall.selectors.board import board as board
from dothi.operations.wall.selectors.board import recent_board as recent_board
from dothi.operations.wall.selectors.board import trend as trend
from dothi.operations.wall.selectors.brief import Brief as Brief
from dothi.operations.wall.selectors.brief import brief as brief
from dothi.operations.wall.selectors.brief import since_last_brief as since_last_brief
from dothi.operations.wall.selectors.brief import wants_brief as wants_brief
from dothi.operations.wall.selectors.brief import who_wants_brief as who_wants_brief
from dothi.operations.wall.selectors.brief import works as works
from dothi.operations.wall.selectors.picture import HAPPENINGS as HAPPENINGS
from dothi.operations.wall.selectors.picture import MAP_EVENTS as MAP_EVENTS
from dothi.operations.wall.selectors.picture import can_follow as can_follow
from dothi.operations.wall.selectors.picture import latest as latest
from dothi.operations.wall.selectors.picture import map_features as map_features
from dothi.operations.wall.selectors.picture import points as points
