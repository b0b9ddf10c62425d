"""Prepare rows, compare those that may be one, and say how sure each pair is: Splink on DuckDB.

Nothing is written to the database. Settings are made in Python for each run: a saved JSON of one
engine is silently wrong on another.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_level_library import CustomLevel
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level import ComparisonLevel

from dothi.datastore.resolution.rules.model import OTHERWISE, Comparison, Level, Model, Wards

# What it says of levels that no pair reached is met by the defaults.
logging.getLogger("splink").setLevel(logging.ERROR)

BATCH = 50_000
# Fewer sure pairs than this teach nothing: the default probabilities stay.
ENOUGH_TO_LEARN = 2_000
# With fewer rows the shares among untrue pairs are not counted: a handful of pairs shows chance.
ENOUGH_TO_COUNT = 1_000
# In shorter lists each value looks common: one row in a hundred says nothing of the town.
ENOUGH_FOR_RARITY = 5_000
RANDOM_PAIRS = 2e6
LEARN_PAIRS = 1e6
SEED = 20_261
# Of "none of the levels", should every pair taken at random reach one.
SMALLEST = 1e-3


@dataclass(frozen=True, kw_only=True)
class List:
    """Rows of one dataset, and which of its columns says what: role → column."""

    dataset: str
    rows: pa.Table
    key: str
    roles: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The probabilities that a run used, so that it can be explained and repeated."""

    prior: float  # That two rows taken at random are one.
    m: dict[str, dict[str, float]]  # Comparison → level → probability.
    u: dict[str, dict[str, float]]
    from_lists: bool  # Whether m was learned from the lists themselves.


@dataclass(frozen=True, kw_only=True)
class Matches:
    """What a run found. `pairs` holds rows by number: `numbers` → (dataset, key)."""

    rows: pa.Table  # number, dataset, key: in order.
    # left, right, weight (bits), probability, and per comparison level_…, bits_….
    pairs: pa.Table
    learned: Learned
    compared: int  # Candidate pairs.


Progress = Callable[[str, float], None]


def quiet(stage: str, share: float) -> None:
    """Nobody listens."""


def match(
    model: Model,
    lists: Iterable[List],
    *,
    wards: Wards | None = None,
    within: bool = True,
    review_at: float | None = None,
    memory: str = "3GB",
    threads: int = 2,
    progress: Progress = quiet,
) -> Matches:
    """Find the pairs of rows that are one, or may be.

    `within` also looks for doubles inside a list. Pairs below `review_at` bits are dropped. DuckDB
    keeps to `memory` and spills the rest to a temporary folder.
    """
    with TemporaryDirectory(prefix="resolution-") as folder:
        connection = duckdb.connect(str(Path(folder) / "work.duckdb"))
        connection.execute(f"set memory_limit='{memory}'; set threads={threads}")
        connection.execute("set preserve_insertion_order=false")
        try:
            rows = _prepare(connection, model, lists, wards or {}, progress)
            if rows.num_rows < 2:
                return _nothing(rows, model)
            linker = _linker(connection, model, within, rare=rows.num_rows >= ENOUGH_FOR_RARITY)
            learned = _learn(connection, linker, model, progress)
            return _predict(connection, linker, model, rows, learned, review_at, progress)
        finally:
            connection.close()


def _nothing(rows: pa.Table, model: Model) -> Matches:
    numbers = {name: pa.array([], pa.int32()) for name in ("left", "right")}
    figures = {name: pa.array([], pa.float64()) for name in ("weight", "probability")}
    for one in model.comparisons:
        numbers[f"level_{one.code}"] = pa.array([], pa.int32())
        figures[f"bits_{one.code}"] = pa.array([], pa.float64())
    learned = Learned(prior=0.5, m={}, u={}, from_lists=False)
    return Matches(rows=rows, pairs=pa.table({**numbers, **figures}), learned=learned, compared=0)


# --- Preparing ------------------------------------------------------------------------------------


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    lists: Iterable[List],
    wards: Wards,
    progress: Progress,
) -> pa.Table:
    names: list[pa.Table] = []
    number = 0
    columns = ", ".join(f"{name} varchar" for name in model.columns)
    connection.execute(f"create table prepared (unique_id integer, list varchar, {columns})")
    for one in lists:
        for batch in one.rows.to_batches(max_chunksize=BATCH):
            part = prepared(model, one, batch, wards, first=number)
            connection.register("part", part)
            connection.execute("insert into prepared select * from part")
            connection.unregister("part")
            keys = batch.column(one.key).cast(pa.string())
            datasets = pa.array([one.dataset] * batch.num_rows)
            names.append(pa.table({"dataset": datasets, "key": keys}))
            number += batch.num_rows
            progress("prepare", number / max(one.rows.num_rows, number))
    for column, most in model.shared_at_most.items():
        connection.execute(
            f"update prepared set {column} = null where {column} in"
            f" (select {column} from prepared group by {column} having count(*) > {most})"
        )
    if not names:
        return pa.table({"dataset": pa.array([], pa.string()), "key": pa.array([], pa.string())})
    return pa.concat_tables(names)


def prepared(
    model: Model, one: List, batch: pa.RecordBatch, wards: Wards, *, first: int
) -> pa.Table:
    """The prepared columns of some rows, numbered from `first`."""
    said = {
        role: ["" if value is None else str(value) for value in batch.column(column).to_pylist()]
        for role, column in one.roles.items()
        if role in model.roles
    }
    roles = tuple(said)
    ready = [
        model.prepare(dict(zip(roles, values, strict=True)), wards)
        for values in zip(*said.values(), strict=True)
    ]
    turned: list[Any] = list(zip(*ready, strict=True)) if ready else [()] * len(model.columns)
    arrays = {name: pa.array(turned[i], pa.string()) for i, name in enumerate(model.columns)}
    numbers = pa.array(range(first, first + batch.num_rows), pa.int32())
    return pa.table(
        {"unique_id": numbers, "list": pa.array([one.dataset] * batch.num_rows), **arrays}
    )


# --- Settings -------------------------------------------------------------------------------------


def _linker(
    connection: duckdb.DuckDBPyConnection, model: Model, within: bool, *, rare: bool
) -> Linker:
    api = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(one, rare) for one in model.comparisons],
        blocking_rules_to_generate_predictions=[_block(one, within) for one in model.blocks],
        retain_matching_columns=True,  # The levels reached come with them.
        retain_intermediate_calculation_columns=True,
        additional_columns_to_retain=["list"],
        max_iterations=20,
        em_convergence=0.001,
    )
    rows = api.register("prepared", dataset_display_name="rows")
    # We write the settings ourselves; the check only logs, and takes a third of a small matching.
    return Linker(rows, settings, log_level=None, validate_settings=False)


def _block(columns: tuple[str, ...], within: bool) -> Any:
    if within:
        return block_on(*columns)
    same = " and ".join(f"l.{name} = r.{name}" for name in columns)
    return f"{same} and l.list <> r.list"


def _comparison(one: Comparison, rare: bool) -> CustomComparison:
    levels: list[Any] = [
        CustomLevel(one.missing, "missing").configure(is_null_level=True),
    ]
    for level in one.levels:
        made = CustomLevel(level.when, level.code)
        if level.rarity_of and rare:
            made.configure(
                m_probability=level.m,
                tf_adjustment_column=level.rarity_of,
                disable_tf_exact_match_detection=True,
            )
        else:
            made.configure(m_probability=level.m)
        levels.append(made)
    levels.append(CustomLevel("ELSE", OTHERWISE).configure(m_probability=one.otherwise))
    return CustomComparison(levels, output_column_name=one.code)


# --- Learning -------------------------------------------------------------------------------------


def _learn(
    connection: duckdb.DuckDBPyConnection, linker: Linker, model: Model, progress: Progress
) -> Learned:
    progress("learn", 0.0)
    rows, sure = _counts(connection, model)
    possible = max(rows * (rows - 1) / 2, 1)
    prior = min(max(sure, 1) / model.sure_share / possible, 0.5)
    linker._settings_obj._probability_two_random_records_match = prior
    count = rows >= ENOUGH_TO_COUNT
    if count:
        linker.training.estimate_u_using_random_sampling(
            max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None
        )
    _correct_u(linker, model, prior, count=count)
    enough = sure >= ENOUGH_TO_LEARN
    if enough:
        for columns in model.learn_on:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns),
                estimate_without_term_frequencies=True,
                max_pairs=LEARN_PAIRS,
                record_sample_proportion=min(1.0, 50_000 / max(rows, 1)),
            )
    progress("learn", 1.0)
    return _read(linker, prior, enough)


def _u(ours: Level, level: ComparisonLevel, prior: float, count: bool) -> float:
    """What was counted, less the true pairs among those taken at random; within reason."""
    if ours.known or not count:
        return ours.u
    seen = level.u_probability or 0.0 if level._has_estimated_u_values else 0.0
    return max(seen - prior * (level.m_probability or 0.0), ours.u / 10)


def _correct_u(linker: Linker, model: Model, prior: float, *, count: bool) -> None:
    """Set the shares among untrue pairs; counted only where that says more than chance."""
    for comparison in linker._settings_obj.comparisons:
        ours = {one.code: one for one in model.comparison(comparison.output_column_name).levels}
        rest = 1.0
        for level in comparison.comparison_levels:
            if level.is_null_level:
                continue
            known = ours.get(level.label_for_charts)
            if known is None:  # None of the levels: what is left.
                level.u_probability = max(rest, SMALLEST)
                continue
            level.u_probability = _u(known, level, prior, count)
            rest -= level.u_probability


def _counts(connection: duckdb.DuckDBPyConnection, model: Model) -> tuple[int, int]:
    """How many rows there are, and how many pairs are surely one."""
    found = connection.execute("select count(*) from prepared").fetchone()
    assert found is not None
    rules = [" and ".join(f"l.{c} = r.{c}" for c in columns) for columns in model.sure]
    pairs = " union ".join(
        f"select l.unique_id, r.unique_id from prepared l join prepared r"
        f" on {rule} and l.unique_id < r.unique_id"
        for rule in rules
    )
    sure = connection.execute(f"select count(*) from ({pairs})").fetchone()
    assert sure is not None
    return int(found[0]), int(sure[0])


def _read(linker: Linker, prior: float, from_lists: bool) -> Learned:
    m: dict[str, dict[str, float]] = {}
    u: dict[str, dict[str, float]] = {}
    for comparison in linker._settings_obj.comparisons:
        name = comparison.output_column_name
        m[name], u[name] = {}, {}
        for level in comparison.comparison_levels:
            if level.is_null_level:
                continue
            m[name][level.label_for_charts] = level.m_probability or 0.0
            u[name][level.label_for_charts] = level.u_probability or 0.0
    return Learned(prior=prior, m=m, u=u, from_lists=from_lists)


# --- Predicting -----------------------------------------------------------------------------------


def _predict(
    connection: duckdb.DuckDBPyConnection,
    linker: Linker,
    model: Model,
    rows: pa.Table,
    learned: Learned,
    review_at: float | None,
    progress: Progress,
) -> Matches:
    progress("compare", 0.0)
    threshold = model.review_at if review_at is None else review_at
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    compared = connection.execute(f"select count(*) from {blocked.physical_name}").fetchone()
    assert compared is not None
    found = linker.inference.predict(threshold_match_weight=threshold, warning_mode="never")
    rare = rows.num_rows >= ENOUGH_FOR_RARITY
    query = f"select {_columns(model, rare)} from {found.physical_name} order by weight desc"
    pairs = connection.execute(query).to_arrow_table()
    progress("compare", 1.0)
    return Matches(rows=rows, pairs=pairs, learned=learned, compared=int(compared[0]))


def _columns(model: Model, rare: bool) -> str:
    parts = [
        "unique_id_l as left, unique_id_r as right",
        "match_weight as weight, match_probability as probability",
    ]
    for one in model.comparisons:
        # Splink numbers the levels upwards: the last of ours is 0, missing is -1.
        parts.append(f"gamma_{one.code} as level_{one.code}")
        rarity = rare and any(level.rarity_of for level in one.levels)
        own = f"mw_{one.code}" + (f" + mw_tf_adj_{one.code}" if rarity else "")
        parts.append(f"{own} as bits_{one.code}")
    return ", ".join(parts)


def level_code(one: Comparison, gamma: int) -> str:
    """The code of the level that Splink numbers `gamma`; "missing" for -1."""
    return "missing" if gamma < 0 else one.codes[len(one.levels) - gamma]


def in_batches(table: pa.Table, size: int = 20_000) -> Iterator[list[dict[str, Any]]]:
    for batch in table.to_batches(max_chunksize=size):
        yield batch.to_pylist()
