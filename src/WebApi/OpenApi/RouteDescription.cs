using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>The type of a route's JSON body, for the document only: the framework must not refuse by content type before we do.</summary>
internal sealed record RequestBody(Type Type, bool Required);

/// <summary>What a route takes and answers, said where it is mapped.</summary>
internal static class RouteDescription
{
    /// <param name="name">The operation's id.</param>
    /// <param name="refusals">Every status besides 200 that the route itself can give.</param>
    public static RouteHandlerBuilder Answers<TAnswer>(this RouteHandlerBuilder route, string name, string summary, params int[] refusals)
    {
        route.WithName(name).WithSummary(summary).Produces<TAnswer>();
        foreach (var status in refusals.Append(StatusCodes.Status500InternalServerError).Append(StatusCodes.Status503ServiceUnavailable))
            route.Produces<ProblemBody>(status);
        return route;
    }

    /// <summary>As <see cref="Answers{TAnswer}"/>, for answers that are not JSON.</summary>
    public static RouteHandlerBuilder AnswersWith(this RouteHandlerBuilder route, string contentType, string name, string summary, params int[] refusals)
    {
        route.WithName(name).WithSummary(summary).Produces(StatusCodes.Status200OK, contentType: contentType);
        foreach (var status in refusals.Append(StatusCodes.Status500InternalServerError).Append(StatusCodes.Status503ServiceUnavailable))
            route.Produces<ProblemBody>(status);
        return route;
    }

    public static RouteHandlerBuilder Takes<TBody>(this RouteHandlerBuilder route, bool required = true) =>
        route.WithMetadata(new RequestBody(typeof(TBody), required));
}
