using Microtome.Api.Hosting;
using Microtome.Datasets.Sending;

SocketThread.GoOnThere();
WebApplication app;
try
{
    app = MicrotomeApp.Build(args);
    await app.StartAsync();
}
catch (Exception error) when (StartFailure.Explain(error) is { } line)
{
    await Console.Error.WriteLineAsync(line);
    return 1;
}

await app.WaitForShutdownAsync();
await app.DisposeAsync();
return 0;
