using Microtome.Api.Problems;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Api.Jobs;

/// <summary>What a job failed of, in the words of the problems that requests end in.</summary>
internal static class JobErrors
{
    /// <summary>Null where it is a mistake of the server's, which the log has to tell.</summary>
    public static JobError? TryTranslate(Exception error) => error switch
    {
        ProblemException problem => Of(problem.Code, problem.Message),
        ViewException view => Of(ViewProblems.Translate(view).Code, view.Message),
        ArrayReadException => Of(ProblemCode.Unavailable, error.Message),
        StateUnavailableException => Of(ProblemCode.Unavailable, error.Message),
        DiskFullException => Of(ProblemCode.DiskFull, error.Message),
        IOException io when DiskFullException.IsMeantBy(io) => Of(ProblemCode.DiskFull, "The disk is full."),
        OverflowException => Of(ProblemCode.TooLarge, "The result would be larger than 2^63 bytes."),
        _ => null,
    };

    public static JobError Internal(string id) => Of(ProblemCode.Internal, $"The server failed; its log has the details under {id}.");

    private static JobError Of(ProblemCode code, string detail) => new(code.Code, code.Status, code.Title, detail);
}
