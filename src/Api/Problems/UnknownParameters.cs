using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microtome.Datasets.Wording;

namespace Microtome.Api.Problems;

/// <summary>
/// Refuses parameters that an endpoint does not have, and those given twice: a typo must not train the wrong thing. What an
/// endpoint has is read from its handler once, at start. Parameters that begin with <c>_</c> are passed over.
/// </summary>
internal sealed class UnknownParameters
{
    private readonly FrozenDictionary<string, bool> _repeatable;

    private UnknownParameters(FrozenDictionary<string, bool> repeatable) => _repeatable = repeatable;

    /// <summary>Attaches to each endpoint of a group what its handler's signature says.</summary>
    public static void AttachTo(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<MethodInfo>().FirstOrDefault() is { } handler)
        {
            endpoint.Metadata.Add(new UnknownParameters(ReadParameters(handler).ToFrozenDictionary(StringComparer.Ordinal)));
        }
    }

    /// <summary>Runs between routing and binding, so that the name is refused before its value is.</summary>
    public static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.QueryString.HasValue && http.GetEndpoint()?.Metadata.GetMetadata<UnknownParameters>() is { } known)
        {
            known.Check(http.Request.Query);
        }

        return next(http);
    }

    public static ProblemException Unknown(string name, IEnumerable<string> known, string what)
    {
        string[] names = [.. known.Order(StringComparer.Ordinal)];
        string? nearest = Spelling.Nearest(name, names);
        string hint = nearest is null ? $"this request takes no {what}s" : $"did you mean {nearest}? It takes {string.Join(", ", names)}";
        return new(ProblemCode.UnknownParameter, $"There is no {what} {name}; {hint}.") { Parameter = name, Nearest = nearest };
    }

    private static Dictionary<string, bool> ReadParameters(MethodInfo handler)
    {
        Dictionary<string, bool> names = [];
        foreach (ParameterInfo parameter in handler.GetParameters())
        {
            if (parameter.IsDefined(typeof(AsParametersAttribute)))
            {
                foreach (PropertyInfo property in parameter.ParameterType.GetProperties())
                {
                    Add(property.GetCustomAttribute<FromQueryAttribute>(), property.Name, property.PropertyType);
                }
            }
            else
            {
                Add(parameter.GetCustomAttribute<FromQueryAttribute>(), parameter.Name!, parameter.ParameterType);
            }
        }

        return names;

        void Add(FromQueryAttribute? query, string name, Type type)
        {
            if (query is not null)
            {
                names[query.Name ?? name] = type.IsArray;
            }
        }
    }

    private void Check(IQueryCollection query)
    {
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in query)
        {
            if (name.StartsWith('_'))
            {
                continue;
            }

            // The framework folds the case of names; the contract does not.
            if (!_repeatable.TryGetValue(name, out bool repeatable))
            {
                throw Unknown(name, _repeatable.Keys, "parameter");
            }

            if (values.Count > 1 && !repeatable)
            {
                throw ProblemException.Bad(name, values.ToString(), $"The parameter {name} is given {values.Count} times.");
            }
        }
    }
}
