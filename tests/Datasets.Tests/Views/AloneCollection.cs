namespace Microtome.Datasets.Tests.Views;

/// <summary>Tests that count what the whole process allocates: no other runs beside them.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
