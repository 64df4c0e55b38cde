namespace Microtome.Hdf5.Reading;

/// <summary>One chunk of one opened dataset; the storage's number is never given twice in a process.</summary>
internal readonly record struct ChunkKey(long Storage, long Number);
