namespace Microtome.Api.Settings;

/// <summary>A setting that stops the start: one line that names the setting, what is wrong and what to do.</summary>
internal sealed class SettingsException(string message) : Exception(message);
