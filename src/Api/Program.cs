using Microtome.Api.Hosting;
using Microtome.Api.Settings;

try
{
    WebApplication app = MicrotomeApp.Build(args);
    await app.RunAsync();
    return 0;
}
catch (SettingsException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
