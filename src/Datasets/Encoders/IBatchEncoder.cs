using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>How an answer is framed: the door behind which wire formats live. One file each, one line in Services.cs. Stateless.</summary>
public interface IBatchEncoder
{
    /// <summary>The name that <c>format=</c> takes: <c>npy</c>.</summary>
    string Name { get; }

    string MediaType { get; }

    /// <summary>The extension of a downloaded file, without its dot.</summary>
    string Extension { get; }

    /// <summary>Whether the bytes are those of the arrays behind a header: then the length is known, ranges are served and no size limit holds.</summary>
    bool IsBinary { get; }

    /// <summary>Whether a body holds several arrays by name.</summary>
    bool HoldsSeveral { get; }

    /// <summary>Whether texts can be said, too: then <see cref="TextArray"/>s are among the arrays where they are asked for.</summary>
    bool HoldsTexts => false;

    /// <summary>Whether a browser saves the answer rather than showing it.</summary>
    bool IsDownload => true;

    /// <summary>Null where this batch can be said in this format; otherwise why not (406), with the transform that would help where one does.</summary>
    string? Refuse(Batch batch);

    /// <summary>Bytes of the body, where they are known before anything is read.</summary>
    long? GetByteCount(Batch batch);

    /// <summary>Bytes that the body never exceeds, but for what stands around its arrays, and texts; known before anything is read.</summary>
    /// <exception cref="OverflowException">Beyond 2^63-1.</exception>
    long GetMostBytes(Batch batch) => batch.Bytes;

    /// <summary>Writes the body, as far as its window wants it.</summary>
    /// <exception cref="Arrays.TextTooLongException">The texts are longer than one answer may hold.</exception>
    /// <exception cref="Arrays.ArrayReadException">The bytes cannot be had; what was written so far is not a whole body.</exception>
    ValueTask WriteAsync(Batch batch, BatchBody body, CancellationToken cancellationToken);
}
