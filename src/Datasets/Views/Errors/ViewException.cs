namespace Microtome.Datasets.Views.Errors;

/// <summary>What can be wrong with a view: a closed family, each member one answer. <c>Position</c> counts characters of <c>Text</c> from 0.</summary>
public abstract class ViewException(string message) : Exception(message)
{
    /// <summary>The expression that is wrong, where one is.</summary>
    public string? Text { get; init; }

    /// <summary>Where in the text; its length where something is missing at the end.</summary>
    public int? Position { get; init; }

    /// <summary>What to write instead, as a phrase (<c>did you mean split?</c>).</summary>
    public string? Suggestion { get; init; }
}

/// <summary>The text is no view expression, whatever the dataset (400 <c>bad_expression</c>).</summary>
public sealed class ViewSyntaxException(string message) : ViewException(message);

/// <summary>A well-formed expression that does not fit the dataset (422 <c>does_not_apply</c>).</summary>
public sealed class ViewMismatchException(string message) : ViewException(message);

/// <summary>The dataset has no array of this name (404 <c>array_not_found</c>).</summary>
public sealed class ViewArrayException(string message) : ViewException(message);

/// <summary>The array's type or filter cannot be decoded (422 <c>not_servable</c>).</summary>
public sealed class ViewUnservableException(string message) : ViewException(message);

/// <summary>What is asked for has to be computed first, by a job (422 <c>needs_profile</c>).</summary>
public sealed class ProfileNeededException(string message) : ViewException(message)
{
    /// <summary>The dataset that the job goes over.</summary>
    public required string Dataset { get; init; }

    /// <summary>Its array.</summary>
    public required string Array { get; init; }
}

/// <summary>More than a view may take: characters, classes, rows (413 <c>too_large</c>).</summary>
public sealed class ViewTooLargeException(string message) : ViewException(message)
{
    /// <summary>The largest legal number.</summary>
    public required long Limit { get; init; }

    public required string Unit { get; init; }
}

/// <summary>There is no view of this name or id (404 <c>view_not_found</c>).</summary>
public sealed class ViewNotFoundException(string message) : ViewException(message);

/// <summary>The name stands for something else already (409 <c>name_taken</c>).</summary>
public sealed class ViewNameTakenException(string message) : ViewException(message);

/// <summary>A list of rows was made for another content of the dataset than is served now (409 <c>version_changed</c>).</summary>
public sealed class ViewOutdatedException(string message) : ViewException(message)
{
    /// <summary>The version that is served now.</summary>
    public required string Version { get; init; }
}
