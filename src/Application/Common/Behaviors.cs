using System.Diagnostics;
using ErrorOr;
using FluentValidation;
using Libra.Deploy.Domain.Common;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Common;

/// <summary>Marks a use case that runs in one transaction.</summary>
public interface ITransactional;

/// <summary>Refuses a request whose shape is wrong, before its handler sees it.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IErrorOr
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var errors = new List<Error>();
        foreach (var validator in validators)
        {
            var result = await validator.ValidateAsync(request, cancellationToken);
            errors.AddRange(result.Errors.Select(failure => FieldErrors.Of(CamelCase(failure.PropertyName), failure.ErrorMessage)));
        }

        // Errors turn into an answer by the conversion of the closed ErrorOr type, which only the run time knows here.
        return errors.Count == 0 ? await next() : (TResponse)(dynamic)errors;
    }

    private static string CamelCase(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name[1..];
}

/// <summary>Opens the transaction of a use case that asks for one; a handler that does not commit changes nothing.</summary>
internal sealed class TransactionBehavior<TRequest, TResponse>(IUnitOfWork work) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ITransactional
    where TResponse : IErrorOr
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        await using var transaction = await work.BeginAsync(cancellationToken);
        return await next();
    }
}

/// <summary>One line for each use case: its name, how long it took, and the code it was refused with. Never the request itself.</summary>
internal sealed class LoggingBehavior<TRequest, TResponse>(ILogger<LoggingBehavior<TRequest, TResponse>> logger)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IErrorOr
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var start = Stopwatch.GetTimestamp();
        var response = await next();
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (response.IsError)
            logger.LogInformation(
                "{UseCase} refused with {Code} after {Elapsed:0.0} ms", typeof(TRequest).Name, response.Errors![0].Code, elapsed);
        else
            logger.LogDebug("{UseCase} took {Elapsed:0.0} ms", typeof(TRequest).Name, elapsed);
        return response;
    }
}
