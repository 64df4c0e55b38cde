using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Views;

namespace Microtome.Datasets.Tests.Views;

/// <summary>A dataset that is only in memory, as views see it: one-dimensional arrays by name.</summary>
internal sealed class MemorySource(long rows) : ViewSource("m", "1", rows)
{
    private readonly Dictionary<string, ViewColumn> _columns = [];

    public override IReadOnlyList<string> Names => [.. _columns.Keys];

    /// <summary>Called at each look at an array's bytes.</summary>
    public Func<CancellationToken, Task>? OnRead { get; set; }

    public int Reads { get; private set; }

    public MemorySource With<T>(string name, Dtype dtype, T[] values, long rowElements = 1)
        where T : unmanaged
    {
        Shape shape = rowElements == 1 ? new(values.Length) : new(values.Length / rowElements, rowElements);
        _columns[name] = new(name, IsAligned: true, new Numbers(this, new(dtype, shape), MemoryMarshal.AsBytes(values.AsSpan()).ToArray()), null);
        return this;
    }

    public MemorySource With(string name, params string[] values)
    {
        _columns[name] = new(name, IsAligned: true, null, new Texts(values));
        return this;
    }

    public override ViewColumn? Find(string name) => _columns.GetValueOrDefault(name);

    public override ViewSource Hold() => this;

    public override void RequireUnchanged()
    {
        // Memory does not change.
    }

    protected override void Dispose(bool disposing)
    {
        // Nothing is open.
    }

    private sealed class Numbers(MemorySource owner, ArraySpec spec, byte[] bytes) : IArraySource
    {
        public ArraySpec Spec => spec;

        public bool TryLocate(long row, long count, out FileRun run)
        {
            run = default;
            return false;
        }

        public void Hint(ReadOnlySpan<long> rows)
        {
            // Memory is near.
        }

        public async ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken)
        {
            owner.Reads++;
            if (owner.OnRead is { } wait)
            {
                await wait(cancellationToken);
            }

            bytes.AsSpan((int)(row * spec.RowBytes), (int)(count * spec.RowBytes)).CopyTo(destination.Span);
        }

        public void Dispose()
        {
            // Memory is the collector's.
        }
    }

    private sealed class Texts(string[] values) : ITextSource
    {
        public Shape Shape => new(values.Length);

        public ValueTask<int> ReadAsync(long start, Memory<string> destination, CancellationToken cancellationToken)
        {
            values.AsSpan((int)start, destination.Length).CopyTo(destination.Span);
            return new(destination.Length);
        }
    }
}
