using System.Collections.Immutable;
using Microtome.Hdf5.Datatypes;
using Microtome.Hdf5.Filters;
using Microtome.Hdf5.Layouts;
using Microtome.Hdf5.ObjectLevel;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5;

/// <summary>
/// An array in a file: a dataset, or one member (numbers or texts) of a dataset of compounds. Immutable; safe for concurrent use. Numbers come
/// out in C order, native and little-endian, as <see cref="ElementType"/> says.
/// </summary>
public sealed class Hdf5Dataset : Hdf5Object
{
    /// <summary>Bytes of a text that is read.</summary>
    public const int MaxTextBytes = 16 << 20;

    private readonly DatasetDescription _description;
    private readonly MemberView _view;
    private readonly ServedElement? _element;

    /// <param name="path">Its path.</param>
    /// <param name="aliases">Its other paths.</param>
    /// <param name="header">Its header.</param>
    /// <param name="description">What the header says.</param>
    /// <param name="maxMemberPaths">Paths of members that are made; where there are more there are no members.</param>
    internal Hdf5Dataset(string path, IReadOnlyList<string> aliases, ObjectHeader header, DatasetDescription description, long maxMemberPaths = long.MaxValue)
        : this(path, aliases, header, description, new("", description.Type, 0, [], []), new(header.Address, -1))
    {
        if (_element is not null)
            return;

        long maxMembers = maxMemberPaths / (1 + aliases.Count);
        if (!MemberView.TryList(_view, maxMembers, out List<MemberView> members))
            Reason += $"; its members are not listed: the file has more than {description.Context.Options.MaxObjects} objects and paths of members";

        Members = [.. members.Select(ToMember)];
        if (description.Reason is null && Members.Any(member => member.ElementType is not null || member.CanReadStrings))
            Reason += "; its members that are numbers or texts are arrays of their own";
    }

    private Hdf5Dataset(
        string path, IReadOnlyList<string> aliases, ObjectHeader? header, DatasetDescription description, MemberView view, Hdf5DatasetId id)
        : base(path, aliases, header)
    {
        _description = description;
        _view = view;
        Id = id;
        _element = ServedElement.Resolve(view, out string? typeReason);
        Reason = description.Reason ?? typeReason;
        long[] inner = _element?.Geometry.Dims ?? [];
        if (description.Space.Dims.Length + inner.Length > Dataspace.MaxRank)
        {
            Reason = $"it has {description.Space.Dims.Length + inner.Length} axes";
            inner = [];
        }

        Shape = [.. description.Space.Dims, .. inner];
        MaxShape = [.. description.Space.MaxDims, .. inner];
        if (description.Space.IsNull)
            Reason ??= "it has no elements at all (a null dataspace)";

        ElementType = Reason is null ? _element!.Type : null;
        ChunkShape = description.Layout is ChunkedLayout chunked ? [.. chunked.ChunkDims, .. inner] : null;
    }

    /// <summary>What <see cref="Hdf5File.OpenDataset"/> opens this array by.</summary>
    public Hdf5DatasetId Id { get; }

    /// <summary>Lengths by axis; those of an array datatype follow the dataset's own. Empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>How far each axis may grow; -1 without limit.</summary>
    public ImmutableArray<long> MaxShape { get; }

    /// <summary>There is no element at all, not even one as in a scalar.</summary>
    public bool IsNull => _description.Space.IsNull;

    /// <summary>The type in the file, in words.</summary>
    public string DatatypeText => Datatypes.DatatypeText.Describe(Type);

    /// <summary>The type in which elements are served; null where they cannot be, and <see cref="Reason"/> says why.</summary>
    public Hdf5ElementType? ElementType { get; }

    /// <summary>Why this cannot be read as numbers; names the filter, the type or the layout.</summary>
    public string? Reason { get; }

    /// <summary>Elements are texts: see <see cref="ReadStringsAsync"/>.</summary>
    public bool IsText => Type is StringType or VariableLengthType { IsString: true };

    /// <summary>Elements are texts that can be decoded.</summary>
    public bool CanReadStrings => IsText && _view.Dims.Length == 0 && !IsNull && _description.Storage is not null && _description.Reason is null;

    /// <summary>Elements of a chunk by axis, of the rank of <see cref="Shape"/>; null where the dataset is not chunked.</summary>
    public ImmutableArray<long>? ChunkShape { get; }

    /// <summary>The filters, in the order in which they were applied.</summary>
    public ImmutableArray<FilterSpec> Filters => _description.Filters;

    /// <summary>compact, contiguous, chunked or virtual.</summary>
    public string Layout => _description.Layout.Name;

    /// <summary>v1-btree, single, implicit, fixed-array, extensible-array or v2-btree; null where the dataset is not chunked.</summary>
    public string? ChunkIndex => (_description.Layout as ChunkedLayout)?.IndexName;

    /// <summary>
    /// The members of a dataset of compounds, each as an array of its own with the path <c>path.member</c>; nested ones too. None where
    /// they are too many for the file's <see cref="Hdf5Options.MaxObjects"/>: <see cref="Reason"/> says so.
    /// </summary>
    public ImmutableArray<Hdf5Dataset> Members { get; } = [];

    internal Datatype Type => _view.Type;

    internal DatasetDescription Description => _description;

    /// <summary>Bytes that the data takes in the file; 0 where that is not known. Loads the chunk table.</summary>
    /// <exception cref="Hdf5FormatException">The chunk table is damaged.</exception>
    public long ReadStoredBytes() => _description.Storage?.StoredBytes ?? 0;

    /// <summary>
    /// Where rows of axis 0 lie in the file just as they are served, in one piece: a contiguous array, or an unfiltered chunk that
    /// holds them whole. False where they must be collected, decoded or converted. May load the chunk table.
    /// </summary>
    /// <param name="row">The first row; 0 for a scalar.</param>
    /// <param name="count">Rows; 1 for a scalar.</param>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <exception cref="Hdf5FormatException">The chunk table is damaged.</exception>
    public bool TryLocate(long row, long count, out long offset)
    {
        offset = 0;
        if (ElementType is null || !_element!.Conversion.IsIdentity || !IsWholeElement(_element.Geometry) || _description.Storage is not { } storage)
            return false;

        if (count < 1 || row < 0 || row > RowCount - count)
            return false;

        // The first axis is the dataset's, or of a scalar the array datatype's.
        long rowBytes = storage.PlainBytes / RowCount;
        if (!storage.TryLocate(row * rowBytes, count * rowBytes, out long address))
            return false;

        offset = address + _description.Context.File.BaseAddress;
        return true;
    }

    /// <summary>Says which rows of axis 0 will be read next, so that their chunks are decoded ahead. Never blocks, never fails.</summary>
    public void Hint(ReadOnlySpan<long> rows)
    {
        if (ElementType is not null)
            _description.Storage?.Hint(rows);
    }

    /// <summary>Reads a strided box, in C order without gaps.</summary>
    /// <param name="selection">One range an axis of <see cref="Shape"/>; not to be changed until the read ends.</param>
    /// <param name="destination">Exactly the box's bytes.</param>
    /// <param name="cancellationToken">Ends the read between two chunks.</param>
    /// <exception cref="ArgumentException">The selection does not lie in the shape, or the destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The array is not servable.</exception>
    /// <exception cref="Hdf5FormatException">The file does not hold what its structures promise.</exception>
    public ValueTask ReadAsync(ReadOnlyMemory<Hdf5Range> selection, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        ReadAsync(selection, destination, isOnce: false, cancellationToken);

    /// <summary>Reads a box for a copy that the caller keeps: on the calling thread, and past the cache of decoded chunks. Otherwise as <see cref="ReadAsync(ReadOnlyMemory{Hdf5Range}, Memory{byte}, CancellationToken)"/>.</summary>
    /// <param name="selection">One range an axis of <see cref="Shape"/>.</param>
    /// <param name="destination">Exactly the box's bytes.</param>
    public void ReadOnce(ReadOnlyMemory<Hdf5Range> selection, Memory<byte> destination) =>
        ReadAsync(selection, destination, isOnce: true, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private ValueTask ReadAsync(ReadOnlyMemory<Hdf5Range> selection, Memory<byte> destination, bool isOnce, CancellationToken cancellationToken)
    {
        if (ElementType is null || _description.Storage is not { } storage)
            throw new InvalidOperationException($"{Path} cannot be read as numbers: {Reason}.");

        long count = Selection.Check(selection.Span, Shape.AsSpan());
        if (destination.Length != (Int128)count * ElementType.Bytes)
            throw new ArgumentException($"{count} elements of {ElementType.Bytes} bytes need another buffer than {destination.Length} bytes.", nameof(destination));

        return count == 0
            ? ValueTask.CompletedTask
            : new NumberReader(storage, _element!, isOnce).ReadAsync(selection, destination, cancellationToken);
    }

    /// <summary>Reads texts by their place in C order: as many as are asked for, or fewer, at least one, where they are long.</summary>
    /// <exception cref="InvalidOperationException">The elements are not texts.</exception>
    /// <exception cref="Hdf5LimitException">One is longer than <see cref="MaxTextBytes"/>.</exception>
    /// <exception cref="Hdf5FormatException">The file does not hold what its structures promise.</exception>
    public ValueTask<string[]> ReadStringsAsync(long start, long count, CancellationToken cancellationToken = default)
    {
        if (!IsText || _view.Dims.Length > 0 || _description.Storage is null)
            throw new InvalidOperationException($"{Path} cannot be read as texts: {_description.Reason ?? DatatypeText}.");

        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Math.Max(0, _description.Space.Count - start));
        return TextElements.ReadAsync(_description, _view, start, count, cancellationToken);
    }

    private long RowCount => Shape.IsEmpty ? 1 : Shape[0];

    /// <summary>The numbers fill the element without gaps, in the order in which they are served.</summary>
    private bool IsWholeElement(ElementGeometry geometry)
    {
        long bytes = (long)geometry.UnitBytes * geometry.Parts;
        if (geometry.Offset != 0 || (geometry.Parts > 1 && geometry.PartStride != geometry.UnitBytes))
            return false;

        for (int axis = geometry.Dims.Length - 1; axis >= 0; axis--)
        {
            if (geometry.Strides[axis] != bytes)
                return false;

            bytes *= geometry.Dims[axis];
        }

        return bytes == _description.Type.Size;
    }

    private Hdf5Dataset ToMember(MemberView view, int index) =>
        new($"{Path}.{view.Name}", new MemberPaths(Aliases, view.Name), header: null, _description, view, new(Id.Address, index));
}
