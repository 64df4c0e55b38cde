using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sidecars;
using Microtome.Fixtures;
using static Microtome.Datasets.Tests.Sidecars.SidecarChecks;

namespace Microtome.Datasets.Tests.Sidecars;

/// <summary>What is served is the array, whether its rows are in the sidecar, on their way there or cannot be; and no chunk is decoded twice without need.</summary>
public sealed class SidecarSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Chunkings => new()
    {
        { "1000,24,30", "64,24,30" },
        { "1000,24,30", "256,7,11" },
        { "1000,24,30", "2000,24,30" },
        { "1000,24,30", "1,24,30" },
        { "200000", "1000" },
        { "300,1", "7,1" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Chunkings))]
    public async Task Each_chunk_is_decoded_once_and_every_row_is_served_as_it_is(string shape, string chunks)
    {
        ChunkedFake array = new(Parse(shape), Parse(chunks), seed: 1);
        using SidecarHome home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        Random random = new(3);
        for (int i = 0; i < 6; i++)
        {
            await CheckAsync(array, source, random);
        }

        await CompleteAsync(source);
        await CheckAsync(array, source, random);
        Assert.Equal(array.Spec.Shape.Rows, array.DecodedRows);
        Assert.True(source.TryLocate(0, array.Spec.Shape.Rows, out FileRun run));
        byte[] all = new byte[array.Spec.Bytes];
        run.CopyTo(0, all);
        Assert.Equal(array.Data, all);
        Assert.Equal(1, SidecarStore.DecodedPart(source));
    }

    [Fact]
    public async Task A_part_of_a_row_cut_over_chunks_does_not_wait_for_the_others()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(256, 7, 11), seed: 2);
        using SidecarHome home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        Region part = new([new(3, 5), new(2, 9, 3)]);
        byte[] bytes = new byte[4 * 5 * 9];
        await source.ReadAsync(10, 4, part, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(await ExpectedAsync(array, 10, 4, part), bytes);
    }

    [Fact]
    public async Task What_was_decoded_while_the_file_changed_is_not_kept()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 16);
        bool isUnchanged = true;
        using SidecarHome home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array, isUnchanged: () => isUnchanged);
        array.Before = () => isUnchanged = false;
        byte[] bytes = new byte[720];
        await source.ReadAsync(0, 1, Region.All(array.Spec.Shape.Row), bytes, TestContext.Current.CancellationToken);
        Assert.False(source.TryLocate(0, 1, out _));
    }

    [Fact]
    public async Task A_damaged_chunk_fails_its_readers_and_nobody_else()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 17);
        using SidecarHome home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        array.IsDamaged = true;
        byte[] bytes = new byte[720];
        await Assert.ThrowsAsync<ArrayReadException>(async () => await source.ReadAsync(0, 1, Region.All(array.Spec.Shape.Row), bytes, TestContext.Current.CancellationToken));
        array.IsDamaged = false;
        await CheckAsync(array, source, new(1));
    }

    private static Shape Parse(string text) => new([.. text.Split(',').Select(long.Parse)]);
}
