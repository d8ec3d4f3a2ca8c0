using System.Reflection;
using FluentValidation;
using Libra.Deploy.Application.Common;
using MediatR;

namespace Libra.Deploy.ArchitectureTests;

public sealed class UseCaseTests
{
    private static readonly Type[] Types = typeof(IUnitOfWork).Assembly.GetTypes();
    private static readonly Type[] Handlers = [.. Types.Where(type => Closes(type, typeof(IRequestHandler<,>)))];

    [Fact]
    public void Handlers_AreInternalSealedAndNamedForTheirRequest()
    {
        Handlers.Should().NotBeEmpty();
        foreach (var handler in Handlers)
        {
            var request = handler.GetInterfaces().First(contract => contract.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)).GetGenericArguments()[0];
            (handler.IsNotPublic && handler.IsSealed).Should().BeTrue(handler.Name);
            request.Name.Should().MatchRegex("(Command|Query)$");
            handler.Name.Should().Be(request.Name.Replace("Command", "", StringComparison.Ordinal).Replace("Query", "", StringComparison.Ordinal) + "Handler");
        }
    }

    [Fact]
    public void Handlers_NeverCallOtherHandlers()
    {
        Handlers.Should().NotBeEmpty();
        Handlers.Where(handler => ParametersOf(handler).Any(type => type == typeof(IMediator) || Closes(type, typeof(IRequestHandler<,>))))
            .Should().BeEmpty("a use case that needs another one shares a class with it instead");
    }

    [Fact]
    public void Validators_AreInternal()
    {
        var validators = Types.Where(type => typeof(IValidator).IsAssignableFrom(type) && !type.IsAbstract).ToList();
        validators.Should().NotBeEmpty();
        validators.Should().OnlyContain(type => type.IsNotPublic);
    }

    private static IEnumerable<Type> ParametersOf(Type type) =>
        type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).SelectMany(made => made.GetParameters()).Select(parameter => parameter.ParameterType);

    private static bool Closes(Type type, Type contract) =>
        type.GetInterfaces().Append(type).Any(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == contract);
}
