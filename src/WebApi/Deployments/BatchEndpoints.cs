using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Starting several deployments with one request.</summary>
internal static class BatchEndpoints
{
    public static void MapBatches(this IEndpointRouteBuilder routes) => routes
        .MapPost("/deploy/batch", Create).RequireScope(Scopes.DeploymentsWrite).WithTags("Deployments").Takes<BatchBody>()
        .Answers<BatchResponse>("createDeployments", "Queues several deployments, each accepted or refused on its own")
        .Header("Idempotency-Key", "Counts for each place in the batch.");

    private static async Task<IResult> Create(
        HttpContext http, IServiceScopeFactory scopes, IOptions<QueueOptions> queue, Faults faults, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var fields = new FieldReader(body.Value.Root);
        var items = fields.OptionalArray("deployments", queue.Value.MaxBatchSize);
        if (items is null && fields.Errors.Count == 0 || items?.GetArrayLength() == 0)
            fields.Refuse("deployments", "At least one deployment is required");
        if (fields.Errors.Count > 0) return fields.Errors.ToProblem();

        var results = new List<BatchResult>();
        foreach (var item in items!.Value.EnumerateArray())
        {
            var accepted = await AcceptAsync(item, results.Count, http, scopes, faults, cancellationToken);
            results.Add(BatchResult.Of(results.Count, accepted));
        }

        return Results.Ok(new BatchResponse(results.TrueForAll(result => result.Success), results));
    }

    private static async Task<ErrorOr<AcceptedDeployment>> AcceptAsync(
        JsonElement item, int place, HttpContext http, IServiceScopeFactory scopes, Faults faults, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope(); // each is accepted or refused in a transaction of its own
            return await scope.ServiceProvider.GetRequiredService<DeployRequests>().AcceptAsync(item, http, place, cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            return faults.Explain(http.Request, fault); // those before it are accepted, and whoever asked has to learn of them
        }
    }
}
