using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Microsoft.OpenApi;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>What a route takes and answers, said where it is mapped.</summary>
internal static class RouteDescription
{
    private const string Json = "application/json";

    /// <param name="name">The operation's id.</param>
    /// <param name="refusals">Codes of the refusals that are the route's own; those of access, body and parameters follow from its other
    /// parts.</param>
    public static RouteHandlerBuilder Answers<TAnswer>(
        this RouteHandlerBuilder route, string name, string summary, params string[] refusals) =>
        route.WithName(name).WithSummary(summary).Produces<TAnswer>().Refuses(refusals);

    /// <summary>As <see cref="Answers{TAnswer}"/>, for answers that are not JSON.</summary>
    public static TBuilder AnswersWith<TBuilder>(
        this TBuilder route, string contentType, string name, string summary, params string[] refusals)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithName(name).WithSummary(summary)
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [contentType]))
            .Refuses(refusals);

    /// <summary>As <see cref="Answers{TAnswer}"/>, for a route that makes something.</summary>
    public static RouteHandlerBuilder Creates<TAnswer>(
        this RouteHandlerBuilder route, string name, string summary, params string[] refusals) =>
        route.WithName(name).WithSummary(summary).Produces<TAnswer>(StatusCodes.Status201Created).Refuses(refusals);

    public static RouteHandlerBuilder Takes<TBody>(this RouteHandlerBuilder route, bool required = true) =>
        route.WithMetadata(new RequestBody(typeof(TBody), required));

    /// <summary>Another body that the route answers with under the same status.</summary>
    public static RouteHandlerBuilder OrAnswers<TAnswer>(this RouteHandlerBuilder route) =>
        route.WithMetadata(new OtherAnswer(typeof(TAnswer)));

    /// <summary>Another form that a client can ask for.</summary>
    public static RouteHandlerBuilder OrAnswersWith(this RouteHandlerBuilder route, string contentType) =>
        route.WithMetadata(new OtherContent(contentType));

    public static RouteHandlerBuilder WithAnswerHeader(this RouteHandlerBuilder route, string name, string description) =>
        route.WithMetadata(new AnswerHeader(name, description));

    public static RouteHandlerBuilder Query(this RouteHandlerBuilder route, string name, Func<OpenApiSchema> form, string description) =>
        route.WithMetadata(new RouteParameter(name, ParameterLocation.Query, description, form));

    public static RouteHandlerBuilder Header(this RouteHandlerBuilder route, string name, string description) =>
        route.WithMetadata(new RouteParameter(name, ParameterLocation.Header, description, Form.Text));

    /// <summary>What a part of the path stands for.</summary>
    public static TBuilder Path<TBuilder>(this TBuilder route, string name, string description)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new RouteParameter(name, ParameterLocation.Path, description, Form.Text, Required: true));

    // After all else of the route is known, as half of what it can refuse follows from that.
    private static TBuilder Refuses<TBuilder>(this TBuilder route, string[] own)
        where TBuilder : IEndpointConventionBuilder
    {
        route.Finally(endpoint =>
        {
            var codes = CodesOf(endpoint.Metadata, own).Distinct().ToList();
            foreach (var status in codes.Select(code => ProblemTable.Of(code).Status).Distinct())
                endpoint.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemBody), [Json]));
            endpoint.Metadata.Add(new Refusals(codes));
        });
        return route;
    }

    private static IEnumerable<string> CodesOf(IList<object> metadata, IEnumerable<string> own)
    {
        var body = metadata.OfType<RequestBody>().Any();
        IEnumerable<string> ofBody = body
            ? [ProblemCodes.InvalidRequest, ProblemCodes.PayloadTooLarge, ProblemCodes.UnsupportedMediaType]
            : [];
        IEnumerable<string> ofFields = body || metadata.OfType<RouteParameter>().Any(parameter => parameter.In == ParameterLocation.Query)
            ? [ProblemCodes.ValidationError]
            : [];
        // Whoever must be known is looked up, and the database may be away.
        IEnumerable<string> ofAccess = metadata.OfType<RouteDecision>().Any(decision => decision.Scope is not null)
            ? [ProblemCodes.Unauthorized, ProblemCodes.Forbidden, ProblemCodes.ServiceUnavailable]
            : [];
        return [.. own, .. ofBody, .. ofFields, .. ofAccess, ProblemCodes.InternalError];
    }
}
