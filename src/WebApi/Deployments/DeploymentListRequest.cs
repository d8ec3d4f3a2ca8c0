using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Reads the parameters of a list of deployments.</summary>
internal static class DeploymentListRequest
{
    private const int DefaultLimit = 20;
    private const int LargestLimit = 100;
    private static readonly string[] Statuses = [.. Enum.GetValues<DeploymentStatus>().Select(known => known.WireName())];

    /// <summary>Describes what <see cref="Read"/> reads.</summary>
    public static RouteHandlerBuilder WithListParameters(this RouteHandlerBuilder route) => route
        .Query("limit", Form.Whole(1, LargestLimit), $"How many at most; {DefaultLimit} when it is missing.")
        .Query("cursor", Form.Text, "`nextCursor` of the page before.")
        .Query("status", Form.OneOf(Statuses), "Only in this state.")
        .Query("orgId", Form.Text, "Only of this organization.")
        .Query("userId", Form.Text, "Only started by this user.")
        .Query("since", Form.Time, "Only from then on.")
        .Query("until", Form.Time, "Only until then.")
        .Query("q", Form.Text, "Only deployments whose id starts so (`deploy_…`), or whose project has this id.");

    public static ErrorOr<DeploymentFilter> Read(IQueryCollection parameters)
    {
        var query = new QueryReader(parameters);
        var limit = (int)query.Integer("limit", DefaultLimit, 1, LargestLimit);
        var status = query.OptionalChoice("status", Statuses);
        var organization = query.OptionalText("orgId");
        var filter = new DeploymentFilter(
            organization is null ? null : [organization], limit, Cursor(query), DeploymentStatuses.FromWireName(status),
            query.OptionalText("projectId"), query.OptionalText("userId"), query.OptionalTime("since"), query.OptionalTime("until"),
            query.OptionalText("q"));
        return query.Errors.Count == 0 ? filter : query.Errors;
    }

    /// <summary>A cursor as clients hand it back: opaque to them.</summary>
    public static string Format(DeploymentCursor cursor) =>
        Convert.ToBase64String(
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{cursor.CreatedAt.UtcTicks}.{cursor.Id}")));

    private static DeploymentCursor? Cursor(QueryReader query)
    {
        if (query.OptionalText("cursor") is not { } text) return null;

        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length)
            && Encoding.ASCII.GetString(bytes, 0, length).Split('.', 2) is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTime.MaxValue.Ticks
            && DeploymentId.TryParse(id) is { } deployment)
            return new DeploymentCursor(new DateTimeOffset(at, TimeSpan.Zero), deployment);

        query.Errors.Add(Problems.InvalidField("cursor", "Invalid cursor"));
        return null;
    }
}

/// <summary>A page of deployments.</summary>
public sealed record DeploymentListResponse(
    bool Success,
    IReadOnlyList<DeploymentStatusResponse> Deployments,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor,
    DateTimeOffset Timestamp)
{
    internal static DeploymentListResponse Of(DeploymentPage page, DateTimeOffset now) => new(
        true, [.. page.Deployments.Select(view => view.ToResponse(place: null, now))],
        page.Next is null ? null : DeploymentListRequest.Format(page.Next), now);
}
