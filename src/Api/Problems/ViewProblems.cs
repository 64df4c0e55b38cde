using Microtome.Datasets.Views.Errors;

namespace Microtome.Api.Problems;

/// <summary>What can be wrong with a view, as problems.</summary>
internal static class ViewProblems
{
    public static ProblemException Translate(ViewException error) => new(CodeOf(error), Detail(error))
    {
        Parameter = "view",
        Value = error.Text,
        Position = error.Position,
        Nearest = error.Suggestion,
        Limit = (error as ViewTooLargeException)?.Limit,
        Unit = (error as ViewTooLargeException)?.Unit,
        Version = (error as ViewOutdatedException)?.Version,
        Job = error is ProfileNeededException needed ? new(needed.Dataset, needed.Array) : null,
    };

    private static ProblemCode CodeOf(ViewException error) => error switch
    {
        ViewSyntaxException => ProblemCode.BadExpression,
        ViewMismatchException => ProblemCode.DoesNotApply,
        ViewArrayException => ProblemCode.ArrayNotFound,
        ViewUnservableException => ProblemCode.NotServable,
        ProfileNeededException => ProblemCode.NeedsProfile,
        ViewTooLargeException => ProblemCode.TooLarge,
        ViewNotFoundException => ProblemCode.ViewNotFound,
        ViewNameTakenException => ProblemCode.NameTaken,
        ViewOutdatedException => ProblemCode.VersionChanged,
        _ => ProblemCode.BadRequest,
    };

    private static string Detail(ViewException error) => error.Suggestion is { } suggestion ? $"{error.Message} Perhaps: {suggestion}" : error.Message;
}

/// <summary>A profile that would make a request possible: what to post to <c>/v1/jobs</c>.</summary>
internal sealed record NeededProfile(string Dataset, string Array);
