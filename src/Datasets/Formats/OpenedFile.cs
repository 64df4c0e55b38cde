using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Formats;

/// <summary>What a file holds, as its headers say: arrays that can be served, and the others with the reason.</summary>
public sealed record OpenedFile(IReadOnlyList<OpenedArray> Arrays, IReadOnlyDictionary<string, object?> Attributes)
{
    public static readonly IReadOnlyDictionary<string, object?> NoAttributes = new Dictionary<string, object?>();
}

/// <summary>One array of a file. <c>Source</c> is null exactly where <c>Reason</c> says why it cannot be served.</summary>
public sealed record OpenedArray
{
    /// <summary>The array's name within its file (<c>meta/wsi</c>); empty where the format names none.</summary>
    public required string Name { get; init; }

    /// <summary>The served dtype's name, or what the file calls its type where it cannot be served.</summary>
    public required string Dtype { get; init; }

    public required Shape Shape { get; init; }

    public IArraySource? Source { get; init; }

    /// <summary>The array's texts, where its elements are such; <c>Source</c> is null then.</summary>
    public ITextSource? Texts { get; init; }

    /// <summary>What, beside the file's content and the array's name and spec, determines its values: where a headerless array begins.</summary>
    public string Identity { get; init; } = "";

    public string? Reason { get; init; }

    /// <summary>Bytes that the array takes in the file.</summary>
    public long StoredBytes
    {
        get => Detail?.Invoke().StoredBytes ?? field;
        init;
    }

    /// <summary>Reads, once, what is wanted only where somebody asks for it and takes more than the headers. Does not fail.</summary>
    public Func<OpenedDetail>? Detail { get; init; }

    /// <summary>The filters of its chunks in the order they were applied, for people to read: <c>shuffle</c>, <c>gzip 4</c>.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Attributes as JSON can say them: text, numbers, booleans, lists of these.</summary>
    public IReadOnlyDictionary<string, object?> Attributes
    {
        get => Detail?.Invoke().Attributes ?? field;
        init;
    } = OpenedFile.NoAttributes;

    /// <summary>Further paths under which the file knows the same array.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

/// <summary>What an array's file says of it beyond what serving it needs.</summary>
public sealed record OpenedDetail(long StoredBytes, IReadOnlyDictionary<string, object?> Attributes);
