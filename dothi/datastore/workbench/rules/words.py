"""The words of SQL that a question may use; whatever is not named here is refused."""

from sqlglot import exp

# How a question is built. No table functions, no values out of nothing, no samples, no parameters.
STRUCTURE: frozenset[type[exp.Expr]] = frozenset({
    exp.Select, exp.Subquery, exp.With, exp.CTE, exp.From, exp.Join, exp.Table, exp.TableAlias,
    exp.Where, exp.Group, exp.Having, exp.Qualify, exp.Order, exp.Ordered, exp.Limit, exp.Offset,
    exp.Distinct, exp.Union, exp.Except, exp.Intersect, exp.Alias, exp.Identifier, exp.Column,
    exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Tuple, exp.Case, exp.If,
    exp.Interval, exp.Var, exp.Window, exp.WindowSpec, exp.Filter, exp.WithinGroup,
    exp.IgnoreNulls, exp.RespectNulls, exp.DataType, exp.DataTypeParam, exp.Cube, exp.Rollup,
    exp.GroupingSets, exp.Bracket, exp.Slice,
})  # fmt: skip

OPERATORS: frozenset[type[exp.Expr]] = frozenset({
    exp.And, exp.Or, exp.Not, exp.Xor, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is,
    exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape, exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.Exists,
    exp.Any, exp.All, exp.SimilarTo,
})  # fmt: skip

# Functions that the parser knows by a class of its own.
FUNCTIONS: frozenset[type[exp.Expr]] = frozenset({
    # Of many rows.
    exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Median, exp.Mode, exp.Stddev,
    exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Quantile,
    exp.PercentileCont, exp.PercentileDisc, exp.ApproxDistinct, exp.ApproxQuantile, exp.Corr,
    exp.CovarPop, exp.CovarSamp, exp.GroupConcat, exp.LogicalAnd, exp.LogicalOr, exp.ArgMax,
    exp.ArgMin, exp.AnyValue, exp.First, exp.Last,
    # Of a row among others.
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag,
    exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue,
    # Of numbers.
    exp.Abs, exp.Round, exp.Ceil, exp.Floor, exp.Sqrt, exp.Pow, exp.Exp, exp.Ln, exp.Log, exp.Sign,
    exp.Greatest, exp.Least, exp.Sin, exp.Cos, exp.Tan, exp.Asin, exp.Acos, exp.Atan, exp.Atan2,
    exp.Radians, exp.Degrees, exp.Pi, exp.Trunc,
    # Of text.
    exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Substring, exp.Left, exp.Right, exp.Replace,
    exp.Concat, exp.ConcatWs, exp.StrPosition, exp.SplitPart, exp.StartsWith, exp.EndsWith,
    exp.Contains, exp.RegexpLike, exp.RegexpFullMatch, exp.RegexpExtract, exp.RegexpReplace,
    exp.Reverse, exp.Initcap, exp.Levenshtein,
    # Of what is missing, and of types.
    exp.Coalesce, exp.Nullif, exp.Cast, exp.TryCast,
    # Of time.
    exp.Extract, exp.TimestampTrunc, exp.DateTrunc, exp.DateDiff, exp.DateAdd, exp.DateSub,
    exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Week, exp.WeekOfYear, exp.DayOfWeek,
    exp.DayOfMonth, exp.DayOfYear, exp.DayOfWeekIso, exp.TimeToStr, exp.LastDay, exp.Date,
    exp.Dayname, exp.Monthname, exp.Hour, exp.Minute, exp.Second, exp.AtTimeZone, exp.StrToTime,
    exp.TsOrDsToDate, exp.DateFromParts, exp.CurrentDate, exp.CurrentTimestamp,
})  # fmt: skip

# Functions that the parser only knows by their name.
NAMED = frozenset({
    "count_star", "strip_accents", "nfc_normalize", "ifnull", "isodow", "isoyear", "dayofweek",
    "date_part", "datepart", "dayname", "monthname", "time_bucket", "age", "prefix", "suffix",
    "regr_slope", "regr_intercept", "regr_r2", "skewness", "kurtosis", "entropy", "mad", "bool_and",
    "bool_or", "bit_count", "even", "gcd", "lcm", "jaccard", "jaro_winkler_similarity",
    "damerau_levenshtein", "hamming", "fsum", "favg", "sem", "epoch", "epoch_ms", "fmod", "len",
    "make_date", "year", "month", "day", "hour", "minute", "second", "round_even", "cbrt",
    "isfinite", "isnan", "ltrim", "rtrim", "try_strptime", "weekday", "yearweek", "decade",
    "century", "lower", "upper", "instr", "product", "histogram", "mode", "datesub", "date_sub",
    "any_value", "first", "last", "regexp_matches", "unicode", "ascii", "chr",
})  # fmt: skip

TYPES = frozenset({
    exp.DType.BOOLEAN, exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT,
    exp.DType.INT128, exp.DType.UTINYINT, exp.DType.USMALLINT, exp.DType.UINT, exp.DType.UBIGINT,
    exp.DType.FLOAT, exp.DType.DOUBLE, exp.DType.DECIMAL, exp.DType.TEXT, exp.DType.VARCHAR,
    exp.DType.CHAR, exp.DType.DATE, exp.DType.TIME, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ,
    exp.DType.TIMESTAMPNTZ, exp.DType.INTERVAL, exp.DType.DATETIME,
})  # fmt: skip

# Parts of a table's name in a question that are let through: nothing is pivoted, sampled, dated.
OF_TABLE = frozenset({"this", "alias"})
OF_SELECT = frozenset({
    "expressions", "from_", "joins", "where", "group", "having", "qualify", "order", "limit",
    "offset", "distinct", "with_", "windows", "operation_modifiers",
})  # fmt: skip
