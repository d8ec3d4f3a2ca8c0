using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

/// <summary>One call of Cloudflare's API, as often as it has to be sent. No record: it must not print what it carries.</summary>
/// <param name="name">What logs and messages call it; paths have ids in them.</param>
/// <param name="path">Below the API's base address, escaped.</param>
internal sealed class ApiCall(string name, HttpMethod method, string path)
{
    public const string AccountPermission = "Workers Scripts: Edit (account)";
    public const string ZonePermission = "SSL and Certificates: Edit (zone)";

    public string Name => name;

    public HttpMethod Method => method;

    public string Path => path;

    /// <summary>Makes the body anew for each try.</summary>
    public Func<HttpContent>? Body { get; init; }

    /// <summary>The token of an upload session, which this call carries instead of the account's.</summary>
    public string? SessionToken { get; init; }

    /// <summary>True when sending it twice has the effect of sending it once, so that a lost answer may be tried again.</summary>
    public bool Repeatable { get; init; } = true;

    public int MaxTries { get; init; } = 3;

    /// <summary>True for an upload, which may take longer.</summary>
    public bool IsUpload { get; init; }

    /// <summary>True when it may use the calls that are kept back from deployments: somebody waits for it.</summary>
    public bool Interactive { get; init; }

    /// <summary>The permission without which Cloudflare refuses it.</summary>
    public string Permission { get; init; } = AccountPermission;

    /// <summary>Who is responsible for a refusal that the table does not know.</summary>
    public Blame UnknownRefusal { get; init; } = Blame.Service;

    /// <summary>Told the status of every failed try; 0 when there was no answer.</summary>
    public Action<int>? OnFailedTry { get; init; }

    public static HttpContent Json(JsonNode body) => Json(JsonSerializer.SerializeToUtf8Bytes(body));

    /// <param name="body">JSON as it is sent.</param>
    public static HttpContent Json(ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
