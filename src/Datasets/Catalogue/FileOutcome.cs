namespace Microtome.Datasets.Catalogue;

internal enum FileState
{
    Open,

    /// <summary>Written a moment ago, or while it was opened: to be tried again.</summary>
    Unsettled,

    /// <summary>No format knows its content.</summary>
    NotRecognized,

    /// <summary>Its content is not what it says it is; tried again once it changes.</summary>
    Refused,

    /// <summary>The system would not open it, for a reason that may pass without the file changing: tried again at every look.</summary>
    Unreadable,
}

/// <summary>What came of opening a file: <c>File</c> where it is open, a <c>Reason</c> where it was refused.</summary>
internal sealed record FileOutcome(FileState State, SharedFile? File = null, string Reason = "");
