namespace Microtome.Datasets.Transforms;

/// <summary>Which axis of a row holds the channels, as far as the chain has said so.</summary>
internal enum AxisOrder
{
    /// <summary>No layout yet: the last axis is taken for the channels.</summary>
    AsStored,
    ChannelsFirst,
    ChannelsLast,
}
