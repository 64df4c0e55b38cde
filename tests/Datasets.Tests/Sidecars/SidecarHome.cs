using System.Security.Cryptography;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sidecars;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Tests.Sidecars;

/// <summary>A state directory with a store on it.</summary>
internal sealed class SidecarHome : IDisposable
{
    private readonly SidecarStore _store;

    public SidecarHome(string path, long limit = 1L << 30)
    {
        State = new(path, new(limit, () => new(1L << 40, 1L << 41)));
        _store = new(State, Loans, TimeProvider.System);
    }

    public StateDirectory State { get; }

    public RunLoans Loans { get; } = new();

    public IArraySource Attach(ChunkedFake array, string place = "x", Func<bool>? isUnchanged = null) =>
        _store.Attach(array, () => new(place, "x", () => Task.FromResult(SHA256.HashData(array.Data)), isUnchanged ?? (() => true)));

    public void Dispose()
    {
        _store.Dispose();
        State.Dispose();
    }
}
