using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>The body of <c>POST /deploy</c>, for its description: it is read field by field, in the words of the old services.</summary>
/// <param name="CustomDomain">A host name of the customer's own; an empty one counts as absent.</param>
/// <param name="InitFiles">A list of <c>{ path, content, encoding? }</c>, or the platform's file tree; replaces the template.</param>
/// <param name="HistoryMessages">The chat history; its messages of type <c>diff</c> are applied in order. Default: the project's
/// own.</param>
/// <param name="Priority">0 to 10, higher first, within the organization.</param>
public sealed record DeployBody(
    [property: Length(1, 255)] string ProjectId,
    [property: Length(1, 255)] string OrgId,
    [property: Length(1, 255)] string UserId,
    [property: MaxLength(300)] string? CustomDomain = null,
    JsonElement? InitFiles = null,
    IReadOnlyList<JsonElement>? HistoryMessages = null,
    [property: Range(0, 10)] int? Priority = null,
    DeployConfig? Config = null);

/// <summary>How to deploy.</summary>
/// <param name="Timeout">Milliseconds for the whole deployment.</param>
/// <param name="Debug">Writes more into the log.</param>
/// <param name="Force">Builds even when the source is unchanged.</param>
public sealed record DeployConfig([property: Range(1_000, 86_400_000)] int? Timeout = null, bool? Debug = null, bool? Force = null);

/// <summary>The body of <c>POST /deploy/batch</c>.</summary>
public sealed record BatchBody([property: MinLength(1)] IReadOnlyList<DeployBody> Deployments);
