<?php

use App\Http\Controllers\PressrunWebhookController;
use App\Http\Middleware\VerifyStandardWebhook;
use Illuminate\Support\Facades\Route;

Route::post('/webhooks/pressrun', PressrunWebhookController::class)
    ->middleware(VerifyStandardWebhook::class);
