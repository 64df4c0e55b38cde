using Microtome.Datasets.Wording;

namespace Microtome.Api.Problems;

/// <summary>A request that ends in an error, with the fields its kind has (contract, section 7). The message says what to do; it names no path.</summary>
internal sealed class ProblemException(ProblemCode code, string detail) : Exception(detail)
{
    public ProblemCode Code { get; } = code;

    /// <summary>The parameter or member that is wrong.</summary>
    public string? Parameter { get; init; }

    /// <summary>The offending value.</summary>
    public string? Value { get; init; }

    /// <summary>The known name nearest to the one that is not.</summary>
    public string? Nearest { get; init; }

    /// <summary>Where in the text, in characters from 0.</summary>
    public int? Position { get; init; }

    /// <summary>The largest legal number, of <see cref="Unit"/>s.</summary>
    public long? Limit { get; init; }

    public string? Unit { get; init; }

    /// <summary>How many steps the epoch has.</summary>
    public long? Steps { get; init; }

    /// <summary>The version that is served now.</summary>
    public string? Version { get; init; }

    /// <summary>The job to post first.</summary>
    public NeededProfile? Job { get; init; }

    /// <summary>Seconds after which asking again may help.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static ProblemException Bad(string parameter, string? value, string detail) =>
        new(ProblemCode.BadRequest, detail) { Parameter = parameter, Value = value };

    /// <summary>A name that is not known, with the nearest of those that are.</summary>
    /// <param name="what">What the name is of: a parameter, a member.</param>
    public static ProblemException Unknown(string name, IEnumerable<string> known, string what)
    {
        string[] names = [.. known.Order(StringComparer.Ordinal)];
        string? nearest = Spelling.Nearest(name, names);
        string hint = nearest is null ? $"this request takes no {what}s" : $"did you mean {nearest}? It takes {string.Join(", ", names)}";
        return new(ProblemCode.UnknownParameter, $"There is no {what} {name}; {hint}.") { Parameter = name, Nearest = nearest };
    }

    public static ProblemException TooLarge(string what, long limit, string unit) =>
        new(ProblemCode.TooLarge, $"{what}; the limit is {limit} {unit}.") { Limit = limit, Unit = unit };

    public static ProblemException VersionChanged(string dataset, string version) =>
        new(ProblemCode.VersionChanged, $"The dataset {dataset} is now version {version}; open it again to go on with it.") { Version = version };

    public static ProblemException Overloaded() =>
        new(ProblemCode.Overloaded, "Too many requests are reading at once; ask again shortly.") { RetryAfterSeconds = 1 };
}
