namespace Microtome.Api.Problems;

/// <summary>A kind of error that clients may rely on: its stable code, its status and what it is called. A closed set.</summary>
internal sealed class ProblemCode
{
    public static readonly ProblemCode BadRequest = new("bad_request", 400, "The request is malformed");
    public static readonly ProblemCode BadSelect = new("bad_select", 400, "The selection is malformed");
    public static readonly ProblemCode BadExpression = new("bad_expression", 400, "The view expression is malformed");
    public static readonly ProblemCode BadTransform = new("bad_transform", 400, "The transform is malformed");
    public static readonly ProblemCode UnknownParameter = new("unknown_parameter", 400, "The parameter is not known");
    public static readonly ProblemCode Unauthorized = new("unauthorized", 401, "A key is needed");
    public static readonly ProblemCode Forbidden = new("forbidden", 403, "Not allowed");
    public static readonly ProblemCode NotFound = new("not_found", 404, "Nothing is here");
    public static readonly ProblemCode DatasetNotFound = new("dataset_not_found", 404, "No such dataset");
    public static readonly ProblemCode ArrayNotFound = new("array_not_found", 404, "No such array");
    public static readonly ProblemCode ViewNotFound = new("view_not_found", 404, "No such view");
    public static readonly ProblemCode JobNotFound = new("job_not_found", 404, "No such job");
    public static readonly ProblemCode MethodNotAllowed = new("method_not_allowed", 405, "The method is not allowed here");
    public static readonly ProblemCode NotAcceptable = new("not_acceptable", 406, "The format cannot hold this");
    public static readonly ProblemCode VersionChanged = new("version_changed", 409, "The dataset has changed");
    public static readonly ProblemCode NameTaken = new("name_taken", 409, "The name stands for something else");
    public static readonly ProblemCode NotRunning = new("not_running", 409, "The job has ended");
    public static readonly ProblemCode TooLarge = new("too_large", 413, "Too large");
    public static readonly ProblemCode UnsupportedMediaType = new("unsupported_media_type", 415, "The body's type is not understood");
    public static readonly ProblemCode PastEnd = new("past_end", 416, "Past the end of the epoch");
    public static readonly ProblemCode RangeNotSatisfiable = new("range_not_satisfiable", 416, "The range lies beyond the body");
    public static readonly ProblemCode Misdirected = new("misdirected", 421, "The host is not this server");
    public static readonly ProblemCode OutOfRange = new("out_of_range", 422, "Out of range");
    public static readonly ProblemCode NotServable = new("not_servable", 422, "The array cannot be decoded");
    public static readonly ProblemCode NeedsProfile = new("needs_profile", 422, "A profile has to be computed first");
    public static readonly ProblemCode DoesNotApply = new("does_not_apply", 422, "Does not apply to this array");
    public static readonly ProblemCode Internal = new("internal", 500, "The server failed");
    public static readonly ProblemCode Overloaded = new("overloaded", 503, "Too many requests at once");
    public static readonly ProblemCode Unavailable = new("unavailable", 503, "The data cannot be read now");
    public static readonly ProblemCode DiskFull = new("disk_full", 507, "The disk has no room");

    private ProblemCode(string code, int status, string title)
    {
        Code = code;
        Status = status;
        Title = title;
    }

    public string Code { get; }

    public int Status { get; }

    public string Title { get; }
}
