using System.Collections.Immutable;

namespace Microtome.Hdf5.Filters;

/// <summary>One filter of a pipeline message (specification, IV.A.2.l), in the order in which filters were applied.</summary>
/// <param name="Id">Its registered number.</param>
/// <param name="Name">What the file calls it, if it does.</param>
/// <param name="Flags">Bit 0: optional.</param>
/// <param name="ClientData">Its parameters.</param>
public sealed record FilterSpec(int Id, string? Name, int Flags, ImmutableArray<uint> ClientData);
