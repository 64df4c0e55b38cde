using Microtome.Datasets.Catalogue;

namespace Microtome.Api.Hosting;

/// <summary>Keeps the catalogue scanning while the server runs; afterwards its files are closed.</summary>
internal sealed partial class CatalogueService(DatasetCatalogue catalogue, IHostApplicationLifetime lifetime, ILogger<CatalogueService> log) : BackgroundService
{
    /// <summary>After a scan that failed as a whole (the disk is gone, say) the next try.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The server listens first: where it cannot, nothing is opened, and the log says that alone.
        TaskCompletionSource listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration started = lifetime.ApplicationStarted.Register(listening.SetResult);
        await listening.Task.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await catalogue.RunAsync(stoppingToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                LogFailed(error.Message);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The data folders cannot be looked through: {Reason}")]
    private partial void LogFailed(string reason);
}
