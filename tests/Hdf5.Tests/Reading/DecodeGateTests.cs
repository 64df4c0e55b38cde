using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Large chunks enter as long as there is room, and in their order.</summary>
public sealed class DecodeGateTests
{
    private readonly DecodeGate _gate = new(100);

    [Fact]
    public void Those_that_fit_together_enter_together()
    {
        Assert.True(_gate.EnterAsync(60).IsCompleted);
        Assert.True(_gate.EnterAsync(40).IsCompleted);
        Task third = _gate.EnterAsync(1);
        Assert.False(third.IsCompleted);
        _gate.Leave(40);
        Assert.True(third.IsCompleted);
    }

    [Fact]
    public void One_that_is_larger_than_the_room_enters_alone()
    {
        Assert.True(_gate.EnterAsync(500).IsCompleted);
        Task small = _gate.EnterAsync(1);
        Task large = _gate.EnterAsync(500);
        Assert.Equal((false, false), (small.IsCompleted, large.IsCompleted));
        _gate.Leave(500);
        Assert.Equal((true, false), (small.IsCompleted, large.IsCompleted));
        _gate.Leave(1);
        Assert.True(large.IsCompleted);
    }

    [Fact]
    public void Nobody_passes_one_who_waits()
    {
        Assert.True(_gate.TryEnter(60));
        Task first = _gate.EnterAsync(60);
        Task second = _gate.EnterAsync(10);
        Assert.Equal((false, false, false), (first.IsCompleted, second.IsCompleted, _gate.TryEnter(10)));
        _gate.Leave(60);
        Assert.Equal((true, true, true), (first.IsCompleted, second.IsCompleted, _gate.TryEnter(10)));
    }

    [Theory]
    [InlineData(0, int.MaxValue)]
    [InlineData(30, 3)]
    [InlineData(101, 1)]
    public void As_many_are_begun_at_once_as_may_enter(long bytes, int expected) => Assert.Equal(expected, _gate.MostAtOnce(bytes));
}
