using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microtome.Api.Settings;

namespace Microtome.Api.Security;

/// <summary>Without keys the server listens on loopback only, whatever setting the address came from: Kestrel asks here for each.</summary>
internal static class ListeningRule
{
    /// <exception cref="SettingsException">The address is another one.</exception>
    public static void RequireLoopback(ListenOptions listen)
    {
        if (listen.EndPoint is IPEndPoint { Address: var address } && !IPAddress.IsLoopback(address))
        {
            throw new SettingsException(
                $"Listening on {listen.EndPoint} would serve the data to everybody who reaches it: configure keys (Microtome:ApiKeys), or set Microtome:AllowAnonymous to true.");
        }
    }
}
