namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Tests that count the process's memory: they run while nothing else does.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
