using System.Text.Json;
using System.Text.Json.Serialization;
using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>The <c>result.json</c> of a build, as the sandbox wrote it: nothing in it is checked yet but its form.</summary>
internal sealed record BuildSettings(
    int FormatVersion,
    string? CompatibilityDate,
    IReadOnlyList<string>? CompatibilityFlags,
    string? MainModule,
    IReadOnlyDictionary<string, string>? ModuleTypes,
    BuildAssets? Assets,
    IReadOnlyDictionary<string, JsonElement>? Vars,
    RuntimeSettings? Runtime,
    IReadOnlyList<string>? Refused)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <exception cref="InvalidDataException">The text is not JSON of this form.</exception>
    public static BuildSettings Parse(byte[] json)
    {
        try
        {
            RefuseBrokenText(json);
            var settings = JsonSerializer.Deserialize<BuildSettings>(json, Json) ?? throw new InvalidDataException("result.json is null.");
            // The serializer lets null into a list of strings.
            IEnumerable<string>?[] lists = [settings.CompatibilityFlags, settings.Refused, settings.ModuleTypes?.Values];
            if (lists.Any(names => names?.Contains(null!) == true))
                throw new InvalidDataException("result.json has null in a list of names.");
            return settings;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"result.json is not what a build writes (at {e.Path ?? "its start"}).", e);
        }
    }

    // Half a surrogate pair is valid JSON but no text: it could not be hashed or handed to a worker.
    private static void RefuseBrokenText(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException("result.json holds text that is not valid Unicode.", e);
        }
    }
}

/// <summary>The assets part of <c>result.json</c>; null members take the platform's defaults.</summary>
/// <param name="RunWorkerFirst">True, false, or a list of paths.</param>
internal sealed record BuildAssets(string? Binding, string? HtmlHandling, string? NotFoundHandling, JsonElement? RunWorkerFirst)
{
    private static readonly AssetsSettings Defaults = new();

    /// <exception cref="InvalidDataException"><c>runWorkerFirst</c> is neither a boolean nor a list of strings.</exception>
    public AssetsSettings ToSettings()
    {
        var (always, paths) = RunWorkerFirst switch
        {
            null or { ValueKind: JsonValueKind.Null or JsonValueKind.False } => (false, null),
            { ValueKind: JsonValueKind.True } => (true, null),
            { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(path => path.ValueKind == JsonValueKind.String) =>
                (false, list.EnumerateArray().Select(path => path.GetString()!).ToArray()),
            _ => throw new InvalidDataException("run_worker_first is neither true, false nor a list of paths."),
        };
        return new AssetsSettings(
            Binding, HtmlHandling ?? Defaults.HtmlHandling, NotFoundHandling ?? Defaults.NotFoundHandling, always, paths);
    }
}
