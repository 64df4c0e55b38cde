using Microtome.Datasets.Catalogue;

namespace Microtome.Api.Telemetry;

/// <summary>What the catalogue does, as log lines under a short name: they are what an operator reads at start.</summary>
internal sealed partial class CatalogueLog(ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger("Microtome.Data");

    public void Write(CatalogueEvent happened)
    {
        switch (happened.Kind)
        {
            case CatalogueEventKind.Served:
                LogServed(happened.Subject, happened.Message);
                break;
            case CatalogueEventKind.Replaced:
                LogReplaced(happened.Subject, happened.Message);
                break;
            case CatalogueEventKind.Removed:
                LogRemoved(happened.Subject, happened.Message);
                break;
            case CatalogueEventKind.LeftOut:
                LogLeftOut(happened.Subject, happened.Message);
                break;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Dataset}: {What}")]
    private partial void LogServed(string dataset, string what);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "{Dataset} changed: {What}")]
    private partial void LogReplaced(string dataset, string what);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "{Dataset} removed: {What}")]
    private partial void LogRemoved(string dataset, string what);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "{Subject}: {Why}")]
    private partial void LogLeftOut(string subject, string why);
}
