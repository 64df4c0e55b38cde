namespace Microtome.Api.Hosting;

/// <summary>A JSON body that an endpoint takes, for Swagger's "try it out": where the members' own examples do not go together.</summary>
internal sealed record BodyExample(string Json);
