using Microtome.Datasets.Profiles.Measuring;

namespace Microtome.Datasets.Profiles;

/// <summary>What a profile found of an array as a whole.</summary>
/// <param name="Count">Elements measured.</param>
/// <param name="Min">The least, null where there are none or they have no order; NaN where one is.</param>
/// <param name="Max">The greatest, likewise.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Std">Their (population's) standard deviation.</param>
/// <param name="Channels">Mean and standard deviation by channel, where the rows are images: what <c>normalize</c> takes.</param>
/// <param name="Classes">Rows by value, in value order, where a row is one element and there are few different ones.</param>
public sealed record ArrayStatistics(
    long Count,
    ElementNumber? Min,
    ElementNumber? Max,
    ElementNumber? Mean,
    ElementNumber? Std,
    IReadOnlyList<ChannelStatistics>? Channels,
    IReadOnlyList<ClassCount>? Classes);

/// <summary>One channel's mean and (population's) standard deviation.</summary>
public sealed record ChannelStatistics(ElementNumber Mean, ElementNumber Std);

/// <summary>How many rows have a value.</summary>
public sealed record ClassCount(ElementNumber Value, long Rows);
