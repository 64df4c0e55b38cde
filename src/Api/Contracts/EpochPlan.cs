namespace Microtome.Api.Contracts;

/// <summary>What an epoch will be.</summary>
/// <param name="Steps">Batches, the same for every rank.</param>
/// <param name="Rows">Rows that the asked rank receives, padding included.</param>
/// <param name="Bytes">Bytes of arrays that the asked rank receives.</param>
/// <param name="Amplification">Bytes decoded for each byte sent: 1 where no chunk has to be decoded, or each only once.</param>
/// <param name="Decoded">The part of the arrays' bytes that needs no decoding, or no more of it: 0 to 1.</param>
/// <param name="VarianceInflation">How much more the share of a class varies between batches than in an exact shuffle, on a file sorted by class.</param>
internal sealed record EpochPlan(long Steps, long Rows, long Bytes, double Amplification, double Decoded, double VarianceInflation);
