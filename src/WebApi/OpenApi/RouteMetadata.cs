using Libra.Deploy.Domain.Common;
using Microsoft.OpenApi;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>The type of a route's JSON body, for the document only: the framework must not refuse by content type before we do.</summary>
internal sealed record RequestBody(Type Type, bool Required);

/// <summary>The codes of every refusal that a route can give.</summary>
internal sealed record Refusals(IReadOnlyList<string> Codes);

/// <summary>Another JSON body that a route can answer with, under the same status.</summary>
internal sealed record OtherAnswer(Type Type);

/// <summary>Another form in which a route can answer.</summary>
internal sealed record OtherContent(string ContentType);

/// <summary>A header of a route's good answers.</summary>
internal sealed record AnswerHeader(string Name, string Description);

/// <summary>A parameter that a route reads by itself, or the meaning of one in its path.</summary>
internal sealed record RouteParameter(
    string Name, ParameterLocation In, string Description, Func<OpenApiSchema> Schema, bool Required = false);

/// <summary>The forms that parameters have.</summary>
internal static class Form
{
    public static OpenApiSchema Text() => new() { Type = JsonSchemaType.String, MaxLength = FieldLimits.LongestId };

    public static OpenApiSchema Time() => new() { Type = JsonSchemaType.String, Format = "date-time" };

    public static Func<OpenApiSchema> Whole(long min, long max) => () => new OpenApiSchema
    {
        Type = JsonSchemaType.Integer,
        Minimum = min.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Maximum = max.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    public static Func<OpenApiSchema> OneOf(params IEnumerable<string> words) =>
        () => new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. words] };
}
