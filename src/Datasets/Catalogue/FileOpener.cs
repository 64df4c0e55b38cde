using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Sidecars;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Catalogue;

/// <summary>Opens files and reads their headers: the place where anything may be found in a file. Safe for concurrent use.</summary>
/// <param name="formats">What a file may be.</param>
/// <param name="time">What a file's age is measured with.</param>
/// <param name="sidecars">Where decoded chunks are kept.</param>
/// <param name="findWriters">Who has a file open for writing; the system is asked where this is null.</param>
internal sealed class FileOpener(
    IReadOnlyList<IDatasetFormat> formats, TimeProvider time, SidecarStore? sidecars = null, Func<SafeFileHandle, Writers>? findWriters = null)
{
    /// <summary>
    /// File times tick every 1 to 10 ms, as the kernel's clock does. What is written within one tick of the time noted at opening
    /// would go unnoticed, so that a file is opened only once its last change lies further back than that.
    /// </summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The time noted is that of a write's beginning. A file that somebody has open for writing is opened only once its last change
    /// lies further back than any one write should take; until then its content may still be on its way, and no time would tell.
    /// </summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The same where the system does not say whether somebody has, of a file that was served before and may be written over in its
    /// place: a new one grows while it is written, and its length tells. Short enough for a change to be served within two seconds.
    /// </summary>
    private static readonly TimeSpan LikelyWrite = TimeSpan.FromSeconds(1);

    private readonly Func<SafeFileHandle, Writers> _findWriters = findWriters ?? FileWriters.Of;
    private readonly int _headBytes = formats.Max(format => format.HeadBytes);

    public FileOutcome Open(FileRequest request, bool wasServed)
    {
        FileStatus status = request.Entry.Status;
        if (status.IsYounger(Quiet, time.GetUtcNow().UtcDateTime))
        {
            return new(FileState.Unsettled);
        }

        if (status.Kind != EntryKind.File)
        {
            return new(FileState.Refused, Reason: "it is no file");
        }

        return status.Length == 0 ? new(FileState.NotRecognized, Reason: "it is empty") : OpenContent(request, wasServed);
    }

    private FileOutcome OpenContent(FileRequest request, bool wasServed)
    {
        DataFile? file = null;
        SharedFile? opened = null;
        try
        {
            file = DataFile.Open(request.Entry.Target);
            if (MayBeInAWrite(file, request.Entry.Status, wasServed))
            {
                return new(FileState.Unsettled);
            }

            if ((request.Format ?? Recognize(file)) is not { } format)
            {
                return new(FileState.NotRecognized, Reason: "its content is in no format that is served");
            }

            OpenedFile content = format.Open(file);
            if (content.Arrays.Count == 0)
            {
                return new(FileState.Refused, Reason: $"the {format.Name} file holds no arrays");
            }

            // What was listed, what was opened and what was read must be one and the same content.
            if (file.Length != request.Entry.Status.Length || file.Modified != request.Entry.Status.Modified || !file.IsUnchanged())
            {
                return new(FileState.Unsettled);
            }

            opened = new(request.Entry, format.Name, file, content, sidecars);
            return new(FileState.Open, opened);
        }
        catch (Exception error) when (error is FormatException or ArrayReadException)
        {
            return new(FileState.Refused, Reason: error.Message);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(FileState.Unsettled); // Gone since it was listed: the next look will not list it.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new(FileState.Unreadable, Reason: "the file cannot be opened: " + error.Message);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A mistake in a format's reader, whatever it is: it costs this file, not the others, and the log has it.
            return new(FileState.Refused, Reason: $"its headers could not be understood ({error.GetType().Name}: {error.Message})");
        }
        finally
        {
            if (opened is null)
            {
                file?.Dispose();
            }
        }
    }

    /// <summary>To be asked before anything is read: what a write has under way would be noticed by nobody later.</summary>
    private bool MayBeInAWrite(DataFile file, FileStatus status, bool wasServed)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return status.IsYounger(LongestWrite, now) && _findWriters(file.Handle) switch
        {
            Writers.None => false,
            Writers.Some => true,
            _ => wasServed && status.IsYounger(LikelyWrite, now),
        };
    }

    private IDatasetFormat? Recognize(DataFile file)
    {
        byte[] head = new byte[Math.Min(_headBytes, file.Length)];
        new FileRun(file.Handle, 0, file.Length).CopyTo(0, head);
        foreach (IDatasetFormat format in formats)
        {
            if (format.Recognizes(head))
            {
                return format;
            }
        }

        return null;
    }
}
