using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;

namespace Microtome.Api.Problems;

/// <summary>
/// Refuses parameters that an endpoint does not have, those given twice, and texts where numbers belong: a typo must not train the
/// wrong thing. What an endpoint has is read from its handler once, at start. Parameters that begin with <c>_</c> are passed over.
/// </summary>
/// <remarks>Binding, which comes after, says of what it refuses only that it is malformed, and takes an empty number for none.</remarks>
internal sealed class ParameterCheck
{
    private readonly Dictionary<string, Known> _query = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NumberKind> _path = new(StringComparer.Ordinal);

    private ParameterCheck(MethodInfo handler)
    {
        foreach (ParameterInfo parameter in handler.GetParameters())
        {
            if (parameter.IsDefined(typeof(AsParametersAttribute)))
            {
                foreach (PropertyInfo property in parameter.ParameterType.GetProperties())
                {
                    AddQuery(property.GetCustomAttribute<FromQueryAttribute>()!.Name!, property.PropertyType);
                }
            }
            else if (parameter.GetCustomAttribute<FromQueryAttribute>() is { } attribute)
            {
                AddQuery(attribute.Name ?? parameter.Name!, parameter.ParameterType);
            }
            else if (NumberKind.Of(parameter.ParameterType) is { } number)
            {
                _path.Add(parameter.Name!, number);
            }
        }

        void AddQuery(string name, Type type) => _query.Add(name, new(type.IsArray, NumberKind.Of(type)));
    }

    /// <summary>Attaches to each endpoint of a group what its handler's signature says.</summary>
    public static void AttachTo(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<MethodInfo>().FirstOrDefault() is { } handler)
        {
            endpoint.Metadata.Add(new ParameterCheck(handler));
        }
    }

    /// <summary>Runs between routing and binding.</summary>
    public static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<ParameterCheck>() is { } check)
        {
            check.CheckPath(http.Request.RouteValues);
            if (http.Request.QueryString.HasValue)
            {
                check.CheckQuery(http.Request.Query);
            }
        }

        return next(http);
    }

    private void CheckPath(RouteValueDictionary values)
    {
        foreach ((string name, NumberKind number) in _path)
        {
            number.Check(name, (string)values[name]!);
        }
    }

    private void CheckQuery(IQueryCollection query)
    {
        foreach ((string name, StringValues values) in query)
        {
            if (name.StartsWith('_'))
            {
                continue;
            }

            // The framework folds the case of names; the contract does not.
            if (!_query.TryGetValue(name, out Known? known))
            {
                throw ProblemException.Unknown(name, _query.Keys, "parameter");
            }

            if (values.Count > 1 && !known.IsRepeatable)
            {
                throw ProblemException.Bad(name, values.ToString(), $"The parameter {name} is given {values.Count} times.");
            }

            known.Number?.Check(name, values.ToString());
        }
    }

    private sealed record Known(bool IsRepeatable, NumberKind? Number);
}
