using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Datasets.Formats;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>Where the first data of an answer cannot be read, the answer says so, whatever stands before them in its format (contract, section 7).</summary>
public sealed class UnreadableDataTests
{
    [Theory]
    [InlineData("arrays/x?select=0:40&format=npy")]
    [InlineData("arrays/x?select=0:40&format=raw")]
    [InlineData("arrays/x?select=0:40&format=safetensors")]
    [InlineData("arrays/x?select=0:40&format=csv")]
    [InlineData("arrays/x?select=0:40&format=png")]
    [InlineData("rows?rows=3,1,2&format=npz")]
    [InlineData("rows?rows=3,1,2&format=json")]
    [InlineData("rows?rows=3,1,2&transform=x:cast(f4)")]
    [InlineData("epochs/0/batches/1?batch_size=8")]
    public async Task It_is_a_503_with_its_reason(string path)
    {
        using TemporaryFolder folder = new();
        SlowFormat.Write(folder.File("s.bin"), new byte[100 * SlowFormat.RowBytes]);
        SlowFormat format = new(mustDecode: false, holdsThread: false) { Fault = "A chunk is damaged." };
        format.LetGo();
        await using RunningServer server = await RunningServer.StartAsync(services => services.AddSingleton<IDatasetFormat>(format), ["--data", folder.Path]);
        HttpResponseMessage response = await server.Client.GetAsync("/v1/datasets/s/" + path);
        string body = await response.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith("{", body, StringComparison.Ordinal);
        Assert.Contains("A chunk is damaged.", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rows?rows=3,1,2")]
    [InlineData("rows?rows=3,1,2&format=npz")]
    [InlineData("epochs/0/batches/0?batch_size=8")]
    public async Task So_it_is_where_arrays_before_it_can_be_read(string path)
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run("""
            import sys, numpy as np, h5py
            with h5py.File(sys.argv[1], 'w') as f:
                f['labels'] = np.arange(40)
                x = f.create_dataset('x', (40, 300), 'u1', chunks=(10, 300), compression='gzip')
                for row in range(0, 40, 10): x.id.write_direct_chunk((row, 0), b'no deflated bytes')
            """, folder.File("d.h5"));
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        HttpResponseMessage response = await server.Client.GetAsync("/v1/datasets/d/" + path);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("damaged", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
