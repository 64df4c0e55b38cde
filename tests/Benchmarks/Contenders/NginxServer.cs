using System.Globalization;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>nginx over the file, one range request a row on a kept connection: what a client with fsspec or zarr does at best.</summary>
internal sealed class NginxServer(DataSet data, string folder) : ServerContender("nginx, a range a row")
{
    private static readonly string? Program = new[] { "/usr/sbin/nginx", "/usr/bin/nginx" }.FirstOrDefault(File.Exists);

    public override string? Missing => Program is null ? "nginx is not installed" : null;

    public override long Fetch(HttpConnection connection, Workload workload, long number)
    {
        long bytes = 0;
        Random random = new((int)number);
        for (int i = 0; i < workload.BatchRows; i++)
        {
            long start = DataSet.HeaderBytes + (random.NextInt64(data.Rows) * data.RowBytes);
            string range = string.Create(CultureInfo.InvariantCulture, $"Range: bytes={start}-{start + data.RowBytes - 1}\r\n");
            bytes += connection.Get("/" + Path.GetFileName(data.NpyPath), range);
        }

        return bytes;
    }

    protected override ServerProcess Start()
    {
        int port = ServerProcess.FindPort();
        string configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off; worker_processes {{Environment.ProcessorCount}}; pid {{folder}}/nginx.pid; error_log stderr; {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            events { worker_connections 1024; }
            http {
              access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000;
              client_body_temp_path {{folder}}; proxy_temp_path {{folder}}; fastcgi_temp_path {{folder}}; uwsgi_temp_path {{folder}}; scgi_temp_path {{folder}};
              server { listen 127.0.0.1:{{port}}; root {{Path.GetDirectoryName(data.NpyPath)}}; }
            }
            """);
        return ServerProcess.Start(port, Program!, ["-c", configuration, "-e", "stderr"]);
    }
}
